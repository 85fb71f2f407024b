#include "common/period/civil_day.h"

#include <array>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"

namespace onereturn {
namespace {

// 0001-01-01 to 1970-01-01.
constexpr int64_t kDaysBeforeEpoch = 719'162;
constexpr int64_t kDaysInFourCenturies = 146'097;

// Days of the year before the first of each month, in a year that is no leap year.
constexpr std::array<int, 13> kDaysBeforeMonth = {0,   31,  59,  90,  120, 151, 181,
                                                  212, 243, 273, 304, 334, 365};

int64_t DaysBeforeYear(int64_t year) {
  const int64_t passed = year - 1;
  return passed * 365 + passed / 4 - passed / 100 + passed / 400;
}

int DaysBeforeMonth(int year, int month) {
  const int leap_day = month > 2 && CivilDay::IsLeapYear(year) ? 1 : 0;
  return kDaysBeforeMonth[static_cast<size_t>(month - 1)] + leap_day;
}

// The number that the digits of `text` write; nullopt if another character is among them.
std::optional<int> Digits(absl::string_view text) {
  int number = 0;
  for (const char character : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(character))) return std::nullopt;
    number = number * 10 + (character - '0');
  }
  return number;
}

}  // namespace

bool CivilDay::IsLeapYear(int year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int CivilDay::DaysInMonth(int year, int month) {
  ONERETURN_CHECK(month >= 1 && month <= 12);
  if (month == 2) return IsLeapYear(year) ? 29 : 28;
  return DaysBeforeMonth(year, month + 1) - DaysBeforeMonth(year, month);
}

absl::StatusOr<CivilDay> CivilDay::Make(int year, int month, int day) {
  if (year < kFirstYear || year > kLastYear) {
    return absl::InvalidArgumentError(
        absl::StrCat("year ", year, " lies outside ", kFirstYear, " to ", kLastYear));
  }
  if (month < 1 || month > 12) {
    return absl::InvalidArgumentError(
        absl::StrCat("month ", month, " does not exist; months run from 01 to 12"));
  }
  const int last = DaysInMonth(year, month);
  if (day < 1 || day > last) {
    return absl::InvalidArgumentError(absl::StrCat("day ", day, " does not exist in month ", month,
                                                   " of ", year, ", which has ", last, " days"));
  }
  return CivilDay{year, month, day};
}

absl::StatusOr<CivilDay> CivilDay::Parse(absl::string_view text) {
  const bool shaped = text.size() == 10 && text[4] == '-' && text[7] == '-';
  const std::optional<int> year = shaped ? Digits(text.substr(0, 4)) : std::nullopt;
  const std::optional<int> month = shaped ? Digits(text.substr(5, 2)) : std::nullopt;
  const std::optional<int> day = shaped ? Digits(text.substr(8, 2)) : std::nullopt;
  if (!year.has_value() || !month.has_value() || !day.has_value()) {
    return absl::InvalidArgumentError(
        "a day is written as year, month and day, for example 2025-04-30");
  }
  return Make(*year, *month, *day);
}

std::optional<CivilDay> CivilDay::FromEpochDays(int64_t days) {
  static const int64_t earliest = Earliest().EpochDays();
  static const int64_t latest = Latest().EpochDays();
  if (days < earliest || days > latest) return std::nullopt;
  const int64_t count = days + kDaysBeforeEpoch;
  // The mean length of a year gives the year or one beside it.
  int64_t year = count * 400 / kDaysInFourCenturies + 1;
  while (DaysBeforeYear(year) > count) --year;
  while (DaysBeforeYear(year + 1) <= count) ++year;

  CivilDay result;
  result.year = static_cast<int>(year);
  const int day_of_year = static_cast<int>(count - DaysBeforeYear(year));
  result.month = 12;
  while (DaysBeforeMonth(result.year, result.month) > day_of_year) --result.month;
  result.day = day_of_year - DaysBeforeMonth(result.year, result.month) + 1;
  return result;
}

bool CivilDay::IsValid() const {
  return year >= kFirstYear && year <= kLastYear && month >= 1 && month <= 12 && day >= 1 &&
         day <= DaysInMonth(year, month);
}

int32_t CivilDay::EpochDays() const {
  ONERETURN_CHECK(IsValid());
  return static_cast<int32_t>(DaysBeforeYear(year) + DaysBeforeMonth(year, month) + day - 1 -
                              kDaysBeforeEpoch);
}

int CivilDay::IsoWeekday() const {
  // 0001-01-01 was a Monday.
  return static_cast<int>((EpochDays() + kDaysBeforeEpoch) % 7) + 1;
}

std::optional<CivilDay> CivilDay::PlusDays(int64_t days) const {
  // Bounded first, so that the sum cannot overflow.
  constexpr int64_t kBound = 200'000;
  if (days < -kBound || days > kBound) return std::nullopt;
  return FromEpochDays(EpochDays() + days);
}

std::string CivilDay::ToString() const {
  return absl::StrCat(absl::Dec(year, absl::kZeroPad4), "-", absl::Dec(month, absl::kZeroPad2), "-",
                      absl::Dec(day, absl::kZeroPad2));
}

}  // namespace onereturn

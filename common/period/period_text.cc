// The canonical text of a period, both ways, and its text for people.
#include <array>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/period/period.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

constexpr absl::string_view kVersus = "_vs_";

constexpr std::array<const char*, 12> kMonthNames = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

absl::string_view MonthName(int month) { return kMonthNames[static_cast<size_t>(month - 1)]; }

absl::string_view ShortMonthName(int month) { return MonthName(month).substr(0, 3); }

std::string FinancialYearName(int financial_year) {
  return absl::StrCat(financial_year, "/", absl::Dec((financial_year + 1) % 100, absl::kZeroPad2));
}

// "Apr-Jun 2025", "Nov 2025 to Jan 2026", or "Apr 2025" for one month.
std::string MonthSpan(const CivilDay& first, const CivilDay& last) {
  const std::string to = absl::StrCat(ShortMonthName(last.month), " ", last.year);
  if (first.year != last.year) {
    return absl::StrCat(ShortMonthName(first.month), " ", first.year, " to ", to);
  }
  if (first.month == last.month) return to;
  return absl::StrCat(ShortMonthName(first.month), "-", to);
}

absl::Status Fault(absl::string_view what, absl::string_view example) {
  return absl::InvalidArgumentError(
      absl::StrCat("not a period: ", what, "; write for example ", example));
}

// A status of a Period factory, whose message names the number at fault, with an example added.
absl::StatusOr<Period> WithExample(absl::StatusOr<Period> period, absl::string_view example) {
  if (period.ok()) return period;
  return Fault(period.status().message(), example);
}

// Reads a canonical text from its front.
class Reader {
 public:
  explicit Reader(absl::string_view rest) : rest_(rest) {}

  bool AtEnd() const { return rest_.empty(); }
  bool Skip(absl::string_view expected) {
    if (!absl::StartsWith(rest_, expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }
  // Takes exactly `count` digits.
  bool Number(size_t count, int& number) {
    if (DigitCount() < count) return false;
    number = 0;
    for (size_t i = 0; i < count; ++i) number = number * 10 + (rest_[i] - '0');
    rest_.remove_prefix(count);
    return true;
  }
  // Digits that stand next, counted up to 9.
  size_t DigitCount() const {
    size_t count = 0;
    while (count < rest_.size() && count < 9 &&
           absl::ascii_isdigit(static_cast<unsigned char>(rest_[count]))) {
      ++count;
    }
    return count;
  }

 private:
  absl::string_view rest_;
};

absl::StatusOr<Period> ParseCalendarYear(Reader reader) {
  int year = 0;
  if (!reader.Number(4, year) || !reader.AtEnd()) {
    return Fault("after CY the four digits of one year are expected", "CY2025");
  }
  return WithExample(Period::CalendarYear(year), "CY2025");
}

absl::StatusOr<Period> ParseFinancial(Reader reader) {
  int year = 0;
  int number = 0;
  if (!reader.Number(4, year)) {
    return Fault("after FY the four digits of the year in which it begins are expected",
                 "FY2025 for April 2025 to March 2026");
  }
  if (reader.AtEnd()) return WithExample(Period::FinancialYear(year), "FY2025");
  if (reader.Skip("-Q")) {
    if (!reader.Number(1, number) || !reader.AtEnd()) {
      return Fault("after -Q one digit from 1 to 4 is expected", "FY2025-Q1");
    }
    return WithExample(Period::FinancialQuarter(year, number), "FY2025-Q1");
  }
  if (reader.Skip("-M")) {
    if (!reader.Number(2, number) || !reader.AtEnd()) {
      return Fault("after -M two digits from 01 (April) to 12 (March) are expected", "FY2025-M07");
    }
    return WithExample(Period::YearToDate(year, number), "FY2025-M07");
  }
  if (reader.Skip("-PLAN") && reader.AtEnd()) return WithExample(Period::Plan(year), "FY2025-PLAN");
  return Fault("after the financial year nothing, -Qn, -Mnn or -PLAN is expected",
               "FY2025, FY2025-Q1, FY2025-M07 or FY2025-PLAN");
}

absl::StatusOr<Period> ParseWindow(Reader reader, int year, int month) {
  const size_t digits = reader.DigitCount();
  int months = 0;
  const bool leading_zero = reader.Skip("0");
  if (leading_zero || digits == 0 || digits > 3 || !reader.Number(digits, months) ||
      !reader.Skip("M") || !reader.AtEnd()) {
    return Fault("after /P a number of months without leading zero, and M, are expected",
                 "2025-04/P12M");
  }
  return WithExample(Period::RollingMonths(year, month, months), "2025-04/P12M");
}

absl::StatusOr<Period> ParseWithinYear(Reader reader) {
  int year = 0;
  int number = 0;
  if (!reader.Number(4, year)) {
    return Fault("a year of four digits, CY or FY is expected first", "2025-04");
  }
  if (reader.AtEnd()) {
    return Fault("a year alone does not say which year is meant",
                 "CY2025 for January to December 2025, FY2025 for April 2025 to March 2026");
  }
  if (!reader.Skip("-")) return Fault("after the year a hyphen is expected", "2025-04");
  if (reader.Skip("Q")) {
    if (!reader.Number(1, number) || !reader.AtEnd()) {
      return Fault("after Q one digit from 1 to 4 is expected", "2025-Q2");
    }
    return WithExample(Period::Quarter(year, number), "2025-Q2");
  }
  if (reader.Skip("W")) {
    if (!reader.Number(2, number) || !reader.AtEnd()) {
      return Fault("after W two digits from 01 to 53 are expected", "2025-W14");
    }
    return WithExample(Period::Week(year, number), "2025-W14");
  }
  if (!reader.Number(2, number)) {
    return Fault("after the year a month of two digits, Q or W is expected", "2025-04");
  }
  if (reader.AtEnd()) return WithExample(Period::Month(year, number), "2025-04");
  if (reader.Skip("/P")) return ParseWindow(reader, year, number);
  int day = 0;
  if (!reader.Skip("-") || !reader.Number(2, day) || !reader.AtEnd()) {
    return Fault("after the month nothing, a day of two digits, or /PnM is expected",
                 "2025-04, 2025-04-30 or 2025-04/P12M");
  }
  return WithExample(Period::Day(CivilDay{year, number, day}), "2025-04-30");
}

absl::StatusOr<Period> ParseSingle(absl::string_view text) {
  if (text.empty()) return Fault("the text is empty", "2025-04");
  Reader reader(text);
  if (reader.Skip("CY")) return ParseCalendarYear(reader);
  if (reader.Skip("FY")) return ParseFinancial(reader);
  return ParseWithinYear(reader);
}

}  // namespace

absl::StatusOr<Period> Period::Parse(absl::string_view text) {
  const size_t versus = text.find(kVersus);
  if (versus == absl::string_view::npos) return ParseSingle(text);
  constexpr absl::string_view kExample = "FY2025_vs_FY2024";
  const absl::string_view baseline_text = text.substr(versus + kVersus.size());
  if (baseline_text.find(kVersus) != absl::string_view::npos) {
    return Fault("more than two periods are compared", kExample);
  }
  const absl::StatusOr<Period> subject = ParseSingle(text.substr(0, versus));
  if (!subject.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("before _vs_: ", subject.status().message()));
  }
  const absl::StatusOr<Period> baseline = ParseSingle(baseline_text);
  if (!baseline.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("after _vs_: ", baseline.status().message()));
  }
  return WithExample(Comparison(*subject, *baseline), kExample);
}

std::string Period::ToString() const {
  const CivilDay first = start();
  const std::string month = absl::StrCat(first.year, "-", absl::Dec(first.month, absl::kZeroPad2));
  switch (kind()) {
    case PeriodKind::kDay:
      return first.ToString();
    case PeriodKind::kWeek: {
      // The week belongs to the year of its Thursday, and is that year's n-th Thursday.
      const CivilDay thursday = *first.PlusDays(3);
      const int day_of_year = thursday.EpochDays() - CivilDay{thursday.year, 1, 1}.EpochDays();
      return absl::StrCat(thursday.year, "-W", absl::Dec(day_of_year / 7 + 1, absl::kZeroPad2));
    }
    case PeriodKind::kMonth:
      return month;
    case PeriodKind::kQuarter:
      return absl::StrCat(first.year, "-Q", (first.month - 1) / 3 + 1);
    case PeriodKind::kCalendarYear:
      return absl::StrCat("CY", first.year);
    case PeriodKind::kFinancialYear:
      return absl::StrCat("FY", first.year);
    case PeriodKind::kRollingMonths:
      return absl::StrCat(month, "/P", MonthCount(), "M");
    case PeriodKind::kYearToDate:
      return absl::StrCat("FY", first.year, "-M", absl::Dec(MonthCount(), absl::kZeroPad2));
    case PeriodKind::kPlan:
      return absl::StrCat("FY", first.year, "-PLAN");
    case PeriodKind::kComparison:
      return absl::StrCat(Period(subject_).ToString(), kVersus, Period(baseline_).ToString());
  }
  return "";
}

std::string Period::Display() const {
  const CivilDay first = start();
  const CivilDay last = end();
  switch (kind()) {
    case PeriodKind::kDay:
      return absl::StrCat(first.day, " ", MonthName(first.month), " ", first.year);
    case PeriodKind::kWeek: {
      const std::string canonical = ToString();
      return absl::StrCat("Week ", canonical.substr(6), " of ", canonical.substr(0, 4), ", ",
                          first.day, " ", ShortMonthName(first.month), " ", first.year, " to ",
                          last.day, " ", ShortMonthName(last.month), " ", last.year);
    }
    case PeriodKind::kMonth:
      return absl::StrCat(MonthName(first.month), " ", first.year);
    case PeriodKind::kQuarter:
      return absl::StrCat(MonthSpan(first, last), ", Q", (first.month + 8) / 3 % 4 + 1, " ",
                          FinancialYearName(FinancialYearNumber()));
    case PeriodKind::kCalendarYear:
      return absl::StrCat("Calendar year ", first.year);
    case PeriodKind::kFinancialYear:
      return FinancialYearName(first.year);
    case PeriodKind::kRollingMonths:
      return absl::StrCat(MonthSpan(first, last), ", ", MonthCount(), " months");
    case PeriodKind::kYearToDate:
      return absl::StrCat(MonthSpan(first, last), ", month ", MonthCount(), " ",
                          FinancialYearName(first.year));
    case PeriodKind::kPlan:
      return absl::StrCat(FinancialYearName(first.year), " plan");
    case PeriodKind::kComparison:
      return absl::StrCat(Period(subject_).Display(), " against ", Period(baseline_).Display());
  }
  return "";
}

}  // namespace onereturn

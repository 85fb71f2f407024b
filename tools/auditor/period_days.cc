#include "tools/auditor/period_days.h"

#include "absl/time/civil_time.h"

namespace onereturn::auditor {
namespace {

using absl::CivilDay;
using absl::CivilMonth;

std::string Text(const CivilDay& day) { return absl::FormatCivilTime(day); }

PeriodDays Months(catalogue::v1::PeriodKind kind, const CivilMonth& first, int count) {
  return {kind, Text(CivilDay(first)), Text(CivilDay(first + count) - 1)};
}

// ISO 8601: week 1 holds the year's first Thursday; weeks begin on Monday.
std::optional<PeriodDays> Week(int year, int week) {
  const CivilDay fourth(year, 1, 4);
  const CivilDay monday = absl::PrevWeekday(fourth + 1, absl::Weekday::monday) + 7 * (week - 1);
  if (week < 1 || (monday + 3).year() != year) return std::nullopt;
  return PeriodDays{catalogue::v1::PERIOD_KIND_WEEK, Text(monday), Text(monday + 6)};
}

// The number that the digits at a place are; nullopt when they are none.
std::optional<int> NumberAt(absl::string_view text, size_t place, size_t digits) {
  int number = 0;
  if (text.size() < place + digits) return std::nullopt;
  for (const char letter : text.substr(place, digits)) {
    if (letter < '0' || letter > '9') return std::nullopt;
    number = number * 10 + (letter - '0');
  }
  return number;
}

}  // namespace

std::optional<PeriodDays> DaysOf(absl::string_view period) {
  constexpr size_t kYearDigits = 4;
  if (period.size() == 6 && (period.substr(0, 2) == "CY" || period.substr(0, 2) == "FY")) {
    const std::optional<int> year = NumberAt(period, 2, kYearDigits);
    if (!year.has_value()) return std::nullopt;
    if (period[0] == 'C') {
      return Months(catalogue::v1::PERIOD_KIND_CALENDAR_YEAR, CivilMonth(*year, 1), 12);
    }
    return Months(catalogue::v1::PERIOD_KIND_FINANCIAL_YEAR, CivilMonth(*year, 4), 12);
  }
  const std::optional<int> year = NumberAt(period, 0, kYearDigits);
  if (!year.has_value() || period.size() < 7 || period[4] != '-') return std::nullopt;
  if (period.size() == 7 && period[5] == 'Q') {
    const std::optional<int> quarter = NumberAt(period, 6, 1);
    if (!quarter.has_value() || *quarter < 1 || *quarter > 4) return std::nullopt;
    return Months(catalogue::v1::PERIOD_KIND_QUARTER, CivilMonth(*year, 3 * *quarter - 2), 3);
  }
  if (period.size() == 8 && period[5] == 'W') {
    const std::optional<int> week = NumberAt(period, 6, 2);
    return week.has_value() ? Week(*year, *week) : std::nullopt;
  }
  const std::optional<int> month = NumberAt(period, 5, 2);
  if (!month.has_value() || *month < 1 || *month > 12) return std::nullopt;
  if (period.size() == 7) {
    return Months(catalogue::v1::PERIOD_KIND_MONTH, CivilMonth(*year, *month), 1);
  }
  const std::optional<int> day = NumberAt(period, 8, 2);
  if (period.size() != 10 || period[7] != '-' || !day.has_value()) return std::nullopt;
  const CivilDay date(*year, *month, *day);
  if (date.month() != *month || date.day() != *day) return std::nullopt;
  return PeriodDays{catalogue::v1::PERIOD_KIND_DAY, Text(date), Text(date)};
}

}  // namespace onereturn::auditor

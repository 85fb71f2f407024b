#include "services/ingestion/domain/working_calendar.h"

#include <utility>

namespace onereturn::ingestion {
namespace {

constexpr int kFriday = 5;

}  // namespace

WorkingCalendar::WorkingCalendar(const CivilDay& first, const CivilDay& last,
                                 std::set<CivilDay> holidays)
    : first_(first), last_(last), holidays_(std::move(holidays)) {}

std::optional<bool> WorkingCalendar::IsWorkingDay(const CivilDay& day) const {
  if (day < first_ || day > last_) return std::nullopt;
  return day.IsoWeekday() <= kFriday && holidays_.count(day) == 0;
}

std::optional<CivilDay> WorkingCalendar::WorkingDayAfter(const CivilDay& day, int count) const {
  return Walk(day, count, 1);
}

std::optional<CivilDay> WorkingCalendar::WorkingDayBefore(const CivilDay& day, int count) const {
  return Walk(day, count, -1);
}

std::optional<CivilDay> WorkingCalendar::Walk(const CivilDay& day, int count, int step) const {
  std::optional<CivilDay> reached = day;
  while (count > 0) {
    reached = reached->PlusDays(step);
    if (!reached.has_value()) return std::nullopt;
    const std::optional<bool> working = IsWorkingDay(*reached);
    if (!working.has_value()) return std::nullopt;
    if (*working) --count;
  }
  return reached;
}

}  // namespace onereturn::ingestion

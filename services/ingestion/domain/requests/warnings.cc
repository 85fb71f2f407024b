#include "services/ingestion/domain/requests/warnings.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace onereturn::ingestion {
namespace {

uint64_t TotalOf(const DueWeek& week) { return week.before + week.added; }

bool IsBeyond(uint64_t minutes, uint64_t bound) { return bound != 0 && minutes > bound; }

// Keeps the first of them; how many more there were.
template <typename Warning>
uint32_t KeepFirst(size_t most, std::vector<Warning>* warnings) {
  const size_t kept = std::min(most, warnings->size());
  const auto more = static_cast<uint32_t>(warnings->size() - kept);
  warnings->erase(warnings->begin() + static_cast<ptrdiff_t>(kept), warnings->end());
  return more;
}

std::vector<WeekWarning> FullWeeks(const BurdenBefore& burden) {
  std::vector<WeekWarning> full;
  for (const DueWeek& week : burden.weeks) {
    if (week.added == 0) continue;
    if (IsBeyond(TotalOf(week), burden.capacity_minutes_a_week)) {
      full.push_back({week, true, burden.capacity_minutes_a_week});
    } else if (IsBeyond(TotalOf(week), burden.clash_minutes_a_week)) {
      full.push_back({week, false, burden.clash_minutes_a_week});
    }
  }
  std::sort(full.begin(), full.end(), [](const WeekWarning& a, const WeekWarning& b) {
    if (TotalOf(a.week) != TotalOf(b.week)) return TotalOf(a.week) > TotalOf(b.week);
    return std::tie(a.week.organisation, a.week.week) < std::tie(b.week.organisation, b.week.week);
  });
  return full;
}

std::vector<EndableRequest> CouldEnd(BurdenBefore burden) {
  if (burden.asked_minutes == 0) return {};
  std::erase_if(burden.others, [&burden](const EndableRequest& one) {
    const bool far_off = one.expiry.EpochDays() - burden.today.EpochDays() >= kFarOffDays;
    return one.frees == 0 || (one.unused.empty() && !far_off);
  });
  std::sort(burden.others.begin(), burden.others.end(),
            [](const EndableRequest& a, const EndableRequest& b) {
              if (a.frees != b.frees) return a.frees > b.frees;
              return a.name < b.name;
            });
  return std::move(burden.others);
}

}  // namespace

Warnings WarningsOf(BurdenBefore burden) {
  Warnings warnings;
  warnings.weeks = FullWeeks(burden);
  warnings.weeks_left_out = KeepFirst(kMostWeeksWarnedOf, &warnings.weeks);
  warnings.beyond_budget =
      burden.asked_minutes > 0 &&
      IsBeyond(burden.budget_used_minutes + burden.asked_minutes, burden.budget_minutes);
  warnings.could_end = CouldEnd(std::move(burden));
  warnings.requests_left_out = KeepFirst(kMostRequestsNamed, &warnings.could_end);
  return warnings;
}

}  // namespace onereturn::ingestion

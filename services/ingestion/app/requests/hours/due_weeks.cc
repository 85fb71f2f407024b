#include "services/ingestion/app/requests/hours/due_weeks.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "common/period/london_day.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/hours/falling_due.h"
#include "services/ingestion/store/obligation_table.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {
namespace {

constexpr size_t kMostOrganisationsLookedAt = 500;
constexpr int kMostDaysAhead = 366;

struct InWeek {
  uint64_t before = 0;
  uint64_t added = 0;
};
// By organisation and week.
using Weeks = std::map<std::pair<std::string, Period>, InWeek>;

std::optional<Period> WeekOfMoment(Timestamp due) {
  return Period::Containing(PeriodKind::kWeek, LondonDay(due));
}

// Those of whom most is asked, in that order; of equals the first codes first.
std::vector<std::string> MostAsked(const DueMinutes& due) {
  std::vector<std::pair<uint64_t, std::string>> asked;
  for (const auto& [organisation, moments] : due) {
    uint64_t minutes = 0;
    for (const auto& [moment, one] : moments) minutes += one.Total();
    asked.emplace_back(minutes, organisation);
  }
  std::stable_sort(asked.begin(), asked.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::string> most;
  for (auto& [minutes, organisation] : asked) {
    if (most.size() == kMostOrganisationsLookedAt) break;
    most.push_back(std::move(organisation));
  }
  return most;
}

// The first of them, of whom at most so many obligations are due in the span.
absl::StatusOr<std::set<std::string>> FirstOwing(const Reader& reader,
                                                 const std::vector<std::string>& organisations,
                                                 const DaySpan& span, size_t most_obligations) {
  std::set<std::string> first;
  size_t due = 0;
  for (const std::string& organisation : organisations) {
    RETURN_IF_ERROR(VisitObligationsInOrder(
        reader, organisation, "",
        [&](const ObligationKey&,
            const storage::v1::ObligationRecord& record) -> absl::StatusOr<bool> {
          due += span.Holds(Timestamp{record.due_micros()}) ? 1 : 0;
          return due <= most_obligations;
        }));
    if (due > most_obligations) break;
    first.insert(organisation);
  }
  return first;
}

Weeks WeeksAdded(const DueMinutes& due, const std::vector<std::string>& organisations) {
  Weeks weeks;
  for (const std::string& organisation : organisations) {
    for (const auto& [moment, minutes] : due.at(organisation)) {
      const std::optional<Period> week = WeekOfMoment(moment);
      if (week.has_value()) weeks[{organisation, *week}].added += minutes.Total();
    }
  }
  return weeks;
}

// From the first week to the last; at most a year.
DaySpan SpanOfWeeks(const Weeks& weeks) {
  DaySpan span{weeks.begin()->first.second.start(), weeks.begin()->first.second.end()};
  for (const auto& [of, in_week] : weeks) {
    span.first = std::min(span.first, of.second.start());
    span.last = std::max(span.last, of.second.end());
  }
  const std::optional<CivilDay> year = span.first.PlusDays(kMostDaysAhead);
  if (year.has_value()) span.last = std::min(span.last, *year);
  return span;
}

// What came already is nobody's work any more.
absl::StatusOr<bool> IsStillToCome(const Reader& reader, const FallingDue& one, uint64_t sequence) {
  if (one.claim.has_value()) return one.claim->outcome.state == ObligationState::kOutstanding;
  ASSIGN_OR_RETURN(const auto held,
                   FindRevision(reader, OrganisationScope::National(), one.key, sequence));
  return !held.has_value();
}

}  // namespace

absl::StatusOr<DueWeeks> DueWeeksOf(const Reader& reader, const DueMinutes& due, uint64_t sequence,
                                    size_t most_obligations) {
  DueWeeks found;
  const std::vector<std::string> most_asked = MostAsked(due);
  Weeks weeks = WeeksAdded(due, most_asked);
  if (weeks.empty()) return found;
  const DaySpan span = SpanOfWeeks(weeks);
  ASSIGN_OR_RETURN(const std::set<std::string> organisations,
                   FirstOwing(reader, most_asked, span, most_obligations));
  found.organisations_left_out = static_cast<uint32_t>(due.size() - organisations.size());
  std::erase_if(weeks, [&](const auto& one) {
    return one.first.second.end() > span.last || organisations.count(one.first.first) == 0;
  });
  RETURN_IF_ERROR(VisitFallingDue(
      reader, organisations, span, sequence, [&](const FallingDue& one) -> absl::Status {
        const std::optional<Period> week = WeekOfMoment(one.due);
        if (!week.has_value()) return absl::OkStatus();
        const auto place = weeks.find({one.key.organisation, *week});
        if (place == weeks.end()) return absl::OkStatus();
        ASSIGN_OR_RETURN(const bool to_come, IsStillToCome(reader, one, sequence));
        if (to_come) place->second.before += one.minutes.Total();
        return absl::OkStatus();
      }));
  for (const auto& [of, in_week] : weeks) {
    found.weeks.push_back({of.first, of.second, in_week.before, in_week.added});
  }
  return found;
}

}  // namespace onereturn::ingestion

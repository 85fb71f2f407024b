#include "services/ingestion/app/requests/hours/requesters.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "common/feed/wire.h"
#include "common/period/civil_day.h"
#include "common/period/london_day.h"
#include "common/status/enum_words.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/day_of_entry.h"
#include "services/ingestion/app/requests/hours/item_usage.h"
#include "services/ingestion/app/requests/hours/request_sums.h"
#include "services/ingestion/app/requests/request_bodies.h"
#include "services/ingestion/app/requests/rules_in_force.h"
#include "services/ingestion/store/request_table.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::DataRequest;

// Of an even number the mean of the middle two, rounded down; of none 0.
uint32_t MedianOf(std::vector<uint32_t> days) {
  if (days.empty()) return 0;
  std::sort(days.begin(), days.end());
  const size_t middle = days.size() / 2;
  return days.size() % 2 == 1 ? days[middle] : (days[middle - 1] + days[middle]) / 2;
}

// What is known of one body, as its requests are gone through.
struct Standing {
  requests::v1::RequesterStanding row;
  std::vector<uint32_t> notices;
  std::map<std::string, uint64_t>
      asked;  // Items, with the sequence since which they could be read.
};

class Requesters {
 public:
  Requesters(const Reader* reader, uint64_t sequence, const CivilDay& year,
             const RequestSumsByNumber* sums)
      : reader_(*reader), sequence_(sequence), year_(year), sums_(*sums) {}

  absl::Status Add(uint64_t number, const DataRequest& request) {
    Standing& standing = standings_[request.requesting_body()];
    standing.row.set_requests(standing.row.requests() + 1);
    standing.row.set_notice_exceptions(standing.row.notice_exceptions() +
                                       request.notice_exceptions());
    if (!request.has_issue()) return absl::OkStatus();
    const auto found = sums_.find(number);
    if (found == sums_.end()) return absl::InternalError("an issued request was not summed");
    const RequestSums& sums = found->second;
    ASSIGN_OR_RETURN(const Timestamp time, FromWire(request.issued().time()));
    AddIssued(request, sums, LondonDay(time), &standing);
    if (sums.asks_providers) {
      ASSIGN_OR_RETURN(const auto body,
                       FindOrganisation(reader_, request.requesting_body(), sequence_));
      const bool national =
          body.has_value() && body->type() == catalogue::v1::ORGANISATION_TYPE_NATIONAL_BODY;
      standing.row.set_direct_asks(standing.row.direct_asks() + (national ? 1 : 0));
    }
    AddAttention(request, sums.Caused());
    return absl::OkStatus();
  }

  absl::StatusOr<requests::v1::ListRequestersResponse> Finish(
      const requests::v1::RequestRules& rules, const WasRead& was_read) {
    for (const requests::v1::BodyBudget& budget : rules.budgets()) {
      const auto found = standings_.find(budget.body());
      if (found != standings_.end()) found->second.row.set_budget_minutes(budget.minutes_a_year());
    }
    requests::v1::ListRequestersResponse response;
    for (auto& [body, standing] : standings_) {
      standing.row.set_body(body);
      standing.row.set_median_notice_days(MedianOf(std::move(standing.notices)));
      if (was_read != nullptr) RETURN_IF_ERROR(CountUnused(was_read, &standing));
      *response.add_requesters() = std::move(standing.row);
    }
    // In order of code before: so of equals the first code stands first.
    std::stable_sort(
        response.mutable_requesters()->begin(), response.mutable_requesters()->end(),
        [](const auto& a, const auto& b) { return a.minutes_caused() < b.minutes_caused(); });
    for (auto& [of, share] : attention_) *response.add_attention() = std::move(share);
    return response;
  }

 private:
  void AddIssued(const DataRequest& request, const RequestSums& sums, const CivilDay& issued,
                 Standing* standing) const {
    requests::v1::RequesterStanding& row = standing->row;
    if (sums.first_due.has_value()) {
      const int days = LondonDay(*sums.first_due).EpochDays() - issued.EpochDays();
      standing->notices.push_back(static_cast<uint32_t>(std::max(days, 0)));
    }
    row.set_late_asks(row.late_asks() + (IsLateAsk(request, issued) ? 1 : 0));
    const requests::v1::MatchSummary& match = request.issue().match();
    row.set_duplicates_avoided(row.duplicates_avoided() + match.exact() + match.rollup() +
                               match.derivable() + match.fresher());
    row.set_minutes_caused(row.minutes_caused() + sums.Caused());
    row.set_minutes_avoided(row.minutes_avoided() + sums.account.avoided.Total());
    row.set_minutes_wasted(row.minutes_wasted() + sums.wasted);
    if (issued >= year_) row.set_budget_used_minutes(row.budget_used_minutes() + sums.Caused());
    const uint64_t since = request.issued().sequence();
    for (const std::string& item : ItemsAskedFor(request)) standing->asked.emplace(item, since);
  }

  void AddAttention(const DataRequest& request, uint64_t minutes) {
    AddShare(0, "sector", request.sector(), EnumWords(request.sector()), minutes);
    AddShare(1, "theme", 0, request.theme(), minutes);
    AddShare(2, "horizon", request.horizon(), EnumWords(request.horizon()), minutes);
  }

  void AddShare(int of, const std::string& name, int number, const std::string& value,
                uint64_t minutes) {
    requests::v1::AttentionShare& share = attention_[{of, number, value}];
    share.set_of(name);
    share.set_value(value);
    share.set_requests(share.requests() + 1);
    share.set_minutes(share.minutes() + minutes);
  }

  absl::Status CountUnused(const WasRead& was_read, Standing* standing) const {
    uint32_t unused = 0;
    for (const auto& [item, since] : standing->asked) {
      ASSIGN_OR_RETURN(const bool read,
                       was_read(reader_, standing->row.body(), item, since, sequence_));
      unused += read ? 0 : 1;
    }
    standing->row.set_unused_items(unused);
    return absl::OkStatus();
  }

  const Reader& reader_;
  const uint64_t sequence_;
  const CivilDay year_;
  const RequestSumsByNumber& sums_;
  std::map<std::string, Standing> standings_;
  // By what it is of, the number of the value, its text.
  std::map<std::tuple<int, int, std::string>, requests::v1::AttentionShare> attention_;
};

}  // namespace

absl::StatusOr<requests::v1::ListRequestersResponse> ListRequesters(const Reader& reader,
                                                                    uint64_t sequence,
                                                                    const RequestSumsByNumber& sums,
                                                                    const WasRead& was_read) {
  ASSIGN_OR_RETURN(const requests::v1::RequestRules rules, RulesForHours(reader, sequence));
  ASSIGN_OR_RETURN(const CivilDay today, DayOf(reader, sequence));
  Requesters requesters(&reader, sequence, YearBegins(today), &sums);
  RETURN_IF_ERROR(VisitDataRequests(
      reader, 0, sequence,
      [&requesters](uint64_t number, const DataRequest& request) -> absl::StatusOr<bool> {
        RETURN_IF_ERROR(requesters.Add(number, request));
        return true;
      }));
  return requesters.Finish(rules, was_read);
}

}  // namespace onereturn::ingestion

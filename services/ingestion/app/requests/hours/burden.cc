#include "services/ingestion/app/requests/hours/burden.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/commit/journal.h"
#include "common/feed/wire.h"
#include "common/period/london_day.h"
#include "common/period/period.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/cost_in_pence.h"
#include "services/ingestion/app/requests/hours/falling_due.h"
#include "services/ingestion/app/requests/hours/request_accounts.h"
#include "services/ingestion/app/requests/rules_in_force.h"
#include "services/ingestion/app/returns/accepted_return.h"
#include "services/ingestion/definitions/minutes_messages.h"
#include "services/ingestion/store/request_table.h"

namespace onereturn::ingestion {
namespace {

constexpr int kMostDaysApart = 366;

absl::StatusOr<DaySpan> SpanOf(const requests::v1::GetBurdenRequest& request) {
  Error faults(Reason::kFieldInvalid, "the days cannot be read");
  const absl::StatusOr<CivilDay> first = CivilDay::Parse(request.from_date());
  const absl::StatusOr<CivilDay> last = CivilDay::Parse(request.to_date());
  if (!first.ok()) faults.Field("from_date", first.status().message());
  if (!last.ok()) faults.Field("to_date", last.status().message());
  if (!first.ok() || !last.ok()) return faults;
  if (*last < *first) return faults.Field("to_date", "lies before from_date");
  if (last->EpochDays() - first->EpochDays() > kMostDaysApart) {
    return Error(Reason::kRange, "the days lie too far apart")
        .Field("to_date", "must be at most 366 days after from_date");
  }
  return DaySpan{*first, *last};
}

// With the whole of its first and last week: what a week comes to does not hang on the day from
// which it is looked at.
DaySpan WholeWeeks(const DaySpan& span) {
  DaySpan whole = span;
  const std::optional<Period> first = Period::Containing(PeriodKind::kWeek, span.first);
  const std::optional<Period> last = Period::Containing(PeriodKind::kWeek, span.last);
  if (first.has_value()) whole.first = first->start();
  if (last.has_value()) whole.last = last->end();
  return whole;
}

struct Falling {
  Timestamp due;
  Minutes minutes;
  requests::v1::BurdenItem item;
};

// What its sender declared of the revision at `sequence`; 0: there is none.
absl::Status AddDeclared(const Reader& reader, uint64_t sequence, requests::v1::BurdenItem* item) {
  if (sequence == 0) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string bytes, EntryBytes(reader, sequence));
  ASSIGN_OR_RETURN(const feed::v1::ReturnAccepted fact, ReturnOfEntry(bytes));
  if (fact.has_declared_minutes()) *item->mutable_declared() = fact.declared_minutes();
  return absl::OkStatus();
}

// The revision by which the return was sent; 0: none was by then.
absl::StatusOr<uint64_t> FirstRevisionOf(const Reader& reader, const ReturnKey& key,
                                         uint64_t sequence) {
  uint64_t first = 0;
  RETURN_IF_ERROR(VisitRevisions(reader, OrganisationScope::National(), key, sequence, 0,
                                 [&first](const RevisionPlace& place) -> absl::StatusOr<bool> {
                                   first = place.sequence;
                                   return true;
                                 }));
  return first;
}

// All that falls on the organisation in the weeks of the span.
class Burden {
 public:
  Burden(const Reader* reader, std::string organisation, const DaySpan& span, uint64_t sequence)
      : reader_(*reader),
        organisation_(std::move(organisation)),
        span_(span),
        sequence_(sequence) {}

  // In order of time.
  absl::StatusOr<std::vector<Falling>> Read() {
    RETURN_IF_ERROR(VisitFallingDue(reader_, {organisation_}, WholeWeeks(span_), sequence_,
                                    [this](const FallingDue& one) { return Add(one); }));
    std::sort(falling_.begin(), falling_.end(), [](const Falling& a, const Falling& b) {
      return std::forward_as_tuple(a.due, a.item.return_(), a.item.request()) <
             std::forward_as_tuple(b.due, b.item.return_(), b.item.request());
    });
    return std::move(falling_);
  }

  // By the requests that were issued on the days of the span.
  absl::StatusOr<Minutes> Avoided() const {
    Minutes avoided;
    RETURN_IF_ERROR(VisitDataRequests(
        reader_, 0, sequence_,
        [&](uint64_t number, const requests::v1::DataRequest& request) -> absl::StatusOr<bool> {
          if (!request.has_issue()) return true;
          ASSIGN_OR_RETURN(const Timestamp issued, FromWire(request.issued().time()));
          if (!span_.Holds(issued)) return true;
          ASSIGN_OR_RETURN(const std::optional<Account> account,
                           AccountOf(reader_, number, organisation_, sequence_));
          if (account.has_value()) avoided += account->avoided;
          return true;
        }));
    return avoided;
  }

 private:
  absl::Status Add(const FallingDue& due) {
    Falling one{due.due, due.minutes, {}};
    one.item.set_return_(ReturnName(due.key));
    *one.item.mutable_due_time() = onereturn::ToWire(due.due);
    uint64_t sent = 0;
    if (due.claim.has_value()) {
      sent = due.claim->outcome.met;
      const uint64_t number = due.claim->key.request;
      one.item.set_request(DataRequestName(number));
      ASSIGN_OR_RETURN(const auto request, DataRequestAt(reader_, number, sequence_));
      if (request.has_value()) one.item.set_requesting_body(request->requesting_body());
    } else {
      ASSIGN_OR_RETURN(sent, FirstRevisionOf(reader_, due.key, sequence_));
    }
    one.item.set_sent(sent != 0);
    RETURN_IF_ERROR(AddDeclared(reader_, sent, &one.item));
    falling_.push_back(std::move(one));
    return absl::OkStatus();
  }

  const Reader& reader_;
  const std::string organisation_;
  const DaySpan span_;
  const uint64_t sequence_;
  std::vector<Falling> falling_;
};

requests::v1::BurdenWeek WeekOf(const std::string& name, std::vector<Falling> falling,
                                const requests::v1::RequestRules& rules) {
  requests::v1::BurdenWeek week;
  week.set_week(name);
  Minutes all;
  uint64_t to_come = 0;
  for (Falling& one : falling) {
    all += one.minutes;
    if (!one.item.sent()) to_come += one.minutes.Total();
    *one.item.mutable_estimated() = MessageOf(one.minutes);
    *week.add_items() = std::move(one.item);
  }
  week.set_estimated_minutes(all.Total());
  week.set_capacity_minutes(rules.capacity_minutes_a_week());
  const uint64_t clash = rules.clash_minutes_a_week();
  week.set_minutes_to_come(to_come);
  week.set_clash(clash != 0 && to_come > clash);
  week.set_cost_pence(CostInPence(all, rules));
  return week;
}

}  // namespace

absl::StatusOr<requests::v1::GetBurdenResponse> GetBurden(
    const Reader& reader, const requests::v1::GetBurdenRequest& request, uint64_t sequence) {
  absl::string_view organisation = request.parent();
  if (!absl::ConsumePrefix(&organisation, "organisations/") || organisation.empty() ||
      organisation == "-" || absl::StrContains(organisation, '/')) {
    return NotFound(request.parent());
  }
  ASSIGN_OR_RETURN(const DaySpan span, SpanOf(request));
  ASSIGN_OR_RETURN(const requests::v1::RequestRules rules, RulesForHours(reader, sequence));
  Burden burden(&reader, std::string(organisation), span, sequence);
  ASSIGN_OR_RETURN(std::vector<Falling> falling, burden.Read());
  std::map<Period, std::vector<Falling>> weeks;
  for (Falling& one : falling) {
    const std::optional<Period> week = Period::Containing(PeriodKind::kWeek, LondonDay(one.due));
    if (week.has_value()) weeks[*week].push_back(std::move(one));
  }
  requests::v1::GetBurdenResponse response;
  for (auto& [week, of_week] : weeks) {
    *response.add_weeks() = WeekOf(week.ToString(), std::move(of_week), rules);
  }
  ASSIGN_OR_RETURN(const Minutes avoided, burden.Avoided());
  *response.mutable_avoided() = MessageOf(avoided);
  return response;
}

}  // namespace onereturn::ingestion

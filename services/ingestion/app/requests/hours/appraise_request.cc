#include "services/ingestion/app/requests/hours/appraise_request.h"

#include <algorithm>
#include <string>
#include <utility>

#include "common/commit/journal.h"
#include "common/feed/wire.h"
#include "common/period/london_day.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/cost_in_pence.h"
#include "services/ingestion/app/requests/day_of_entry.h"
#include "services/ingestion/app/requests/hours/body_requests.h"
#include "services/ingestion/app/requests/hours/due_weeks.h"
#include "services/ingestion/app/requests/hours/request_sums.h"
#include "services/ingestion/app/requests/rules_in_force.h"
#include "services/ingestion/definitions/minutes_messages.h"
#include "services/ingestion/domain/requests/warnings.h"
#include "services/ingestion/store/request_table.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::Appraisal;
using requests::v1::DataRequest;

bool MayBeIssued(requests::v1::RequestState state) {
  return state < requests::v1::REQUEST_STATE_REFUSED;
}

requests::v1::Warning WarningOf(const WeekWarning& warning) {
  requests::v1::Warning message;
  message.set_kind(warning.beyond_capacity ? requests::v1::WARNING_KIND_CAPACITY
                                           : requests::v1::WARNING_KIND_CLASH);
  message.set_organisation(warning.week.organisation);
  message.set_week(warning.week.week.ToString());
  message.set_week_begins(warning.week.week.start().ToString());
  message.set_minutes_before(warning.week.before);
  message.set_minutes_added(warning.week.added);
  message.set_minutes_allowed(warning.allowed);
  return message;
}

requests::v1::Warning WarningOf(const EndableRequest& request) {
  requests::v1::Warning message;
  message.set_kind(requests::v1::WARNING_KIND_ONE_IN_ONE_OUT);
  message.set_request(request.name);
  message.set_minutes_freed(request.frees);
  message.mutable_unused_items()->Assign(request.unused.begin(), request.unused.end());
  message.set_issue_date(request.issued.ToString());
  message.set_expiry(request.expiry.ToString());
  return message;
}

uint64_t BudgetOf(const requests::v1::RequestRules& rules, const std::string& body) {
  uint64_t minutes = 0;
  for (const requests::v1::BodyBudget& budget : rules.budgets()) {
    if (budget.body() == body) minutes = budget.minutes_a_year();
  }
  return minutes;
}

void SetPrice(const timetable::v1::EstimatedMinutes& avoided,
              const timetable::v1::EstimatedMinutes& outstanding,
              const requests::v1::RequestRules& rules, Appraisal* appraisal) {
  appraisal->set_avoided_pence(CostInPence(MinutesOf(avoided), rules));
  appraisal->set_outstanding_pence(CostInPence(MinutesOf(outstanding), rules));
}

void SetWarnings(const Warnings& warnings, const requests::v1::Warning& budget,
                 Appraisal* appraisal) {
  for (const WeekWarning& one : warnings.weeks) *appraisal->add_warnings() = WarningOf(one);
  if (warnings.beyond_budget) *appraisal->add_warnings() = budget;
  for (const EndableRequest& one : warnings.could_end) *appraisal->add_warnings() = WarningOf(one);
  appraisal->set_weeks_left_out(warnings.weeks_left_out);
  appraisal->set_requests_left_out(warnings.requests_left_out);
}

absl::Status AddWarnings(const Reader& reader, const std::string& body, uint64_t asked_minutes,
                         const DueMinutes& due, const requests::v1::RequestRules& rules,
                         uint64_t sequence, Appraisal* appraisal) {
  BurdenBefore burden;
  burden.asked_minutes = asked_minutes;
  burden.clash_minutes_a_week = rules.clash_minutes_a_week();
  burden.capacity_minutes_a_week = rules.capacity_minutes_a_week();
  burden.budget_minutes = BudgetOf(rules, body);
  ASSIGN_OR_RETURN(burden.today, DayOf(reader, sequence));
  if (burden.clash_minutes_a_week != 0 || burden.capacity_minutes_a_week != 0) {
    ASSIGN_OR_RETURN(DueWeeks weeks, DueWeeksOf(reader, due, sequence));
    burden.weeks = std::move(weeks.weeks);
    appraisal->set_organisations_left_out(weeks.organisations_left_out);
  }
  const CivilDay year = YearBegins(burden.today);
  ASSIGN_OR_RETURN(BodyRequests of_body, BodyRequestsOf(reader, body, year, sequence));
  burden.budget_used_minutes = of_body.minutes_used;
  burden.others = std::move(of_body.live);
  requests::v1::Warning budget;
  budget.set_kind(requests::v1::WARNING_KIND_BUDGET);
  budget.set_body(body);
  budget.set_year_begins(year.ToString());
  budget.set_minutes_before(burden.budget_used_minutes);
  budget.set_minutes_added(asked_minutes);
  budget.set_minutes_allowed(burden.budget_minutes);
  SetWarnings(WarningsOf(std::move(burden)), budget, appraisal);
  return absl::OkStatus();
}

absl::Status AddOfIssued(const Reader& reader, const DataRequest& request, uint64_t sequence,
                         Appraisal* appraisal) {
  ASSIGN_OR_RETURN(const Timestamp issued, FromWire(request.issued().time()));
  appraisal->set_late_ask(IsLateAsk(request, LondonDay(issued)));
  ASSIGN_OR_RETURN(RequestSummer summer, RequestSummer::Make(&reader, sequence));
  ASSIGN_OR_RETURN(const RequestSums sums, summer.Sum(DataRequestNumber(request.name())));
  appraisal->set_minutes_wasted(sums.wasted);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Appraisal> AppraiseMatch(const Reader& reader, const DataRequest& request,
                                        const requests::v1::MatchSummary& match,
                                        const DueMinutes& due, uint64_t sequence) {
  ASSIGN_OR_RETURN(const uint64_t newest, LastSequence(reader));
  sequence = std::min(sequence, newest);
  ASSIGN_OR_RETURN(const requests::v1::RequestRules rules, RulesForHours(reader, sequence));
  Appraisal appraisal;
  SetPrice(match.avoided(), match.outstanding(), rules, &appraisal);
  const uint64_t asked = MinutesOf(match.outstanding()).Total();
  if (asked > 0) {
    RETURN_IF_ERROR(
        AddWarnings(reader, request.requesting_body(), asked, due, rules, sequence, &appraisal));
  }
  return appraisal;
}

absl::StatusOr<Appraisal> AppraiseRequest(const Reader& reader, const RequestMatching& matching,
                                          const DataRequest& request, uint64_t sequence) {
  ASSIGN_OR_RETURN(const requests::v1::RequestRules rules, RulesForHours(reader, sequence));
  Appraisal appraisal;
  if (MayBeIssued(request.state())) {
    DueMinutes due;
    const auto match = MatchOf(matching, reader, request, sequence, &due);
    if (match.ok()) {
      ASSIGN_OR_RETURN(appraisal, AppraiseMatch(reader, request, match->summary(), due, sequence));
    } else if (!absl::IsFailedPrecondition(match.status()) &&
               !absl::IsInvalidArgument(match.status())) {
      return match.status();
    }
  }
  if (request.has_issue()) {
    SetPrice(request.issue().avoided(), request.issue().outstanding(), rules, &appraisal);
    RETURN_IF_ERROR(AddOfIssued(reader, request, sequence, &appraisal));
  } else if (request.has_match()) {
    SetPrice(request.match().avoided(), request.match().outstanding(), rules, &appraisal);
  }
  return appraisal;
}

}  // namespace onereturn::ingestion

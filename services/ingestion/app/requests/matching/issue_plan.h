// What issuing a request comes to: its gap as obligations, and what was avoided by what is held.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_ISSUE_PLAN_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_ISSUE_PLAN_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "onereturn/requests/v1/obligation.pb.h"
#include "services/ingestion/app/requests/matching/new_home.h"
#include "services/ingestion/domain/requests/ask.h"
#include "services/ingestion/domain/requests/match.h"

namespace onereturn::ingestion {

struct IssuePlan {
  // Facts that come with the issue's own, before it, each within what one entry may hold; without
  // request and part.
  std::vector<requests::v1::ObligationsCreated> parts;
  uint32_t obligations = 0;
};

// `world`: of the match. `home`: what the issue makes for what nobody collects; null: nothing.
// Every missing return is one obligation, awaited or not. What is avoided is what the match says
// falls on an organisation, less what its obligations cost: so that asked = avoided + the minutes
// of the obligations.
IssuePlan PlanIssue(const MatchResult& match, const MatchWorld& world, const NewHome* home);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_ISSUE_PLAN_H_

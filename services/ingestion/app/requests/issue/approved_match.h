// That an issue asks for no more than was approved.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ISSUE_APPROVED_MATCH_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ISSUE_APPROVED_MATCH_H_

#include "absl/status/status.h"
#include "onereturn/requests/v1/match.pb.h"
#include "onereturn/requests/v1/request.pb.h"
#include "services/ingestion/domain/requests/match.h"

namespace onereturn::ingestion {

// MATCH_CHANGED where more minutes, more returns, or another class of change would be asked than by
// the match that `request` was approved on.
absl::Status CheckAsksNoMore(const requests::v1::DataRequest& request,
                             const requests::v1::MatchSummary& now);

// MATCH_CHANGED where a return would be owed to the request that the approved match did not ask
// for, even where less is asked in all: whoever owes it was in nobody's mind, and its region has
// not filtered. What an earlier request is charged with counts too: this one is, once that one
// ends.
absl::Status CheckAsksNobodyElse(const requests::v1::DataRequest& request,
                                 const MatchResult& approved, const MatchResult& now);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ISSUE_APPROVED_MATCH_H_

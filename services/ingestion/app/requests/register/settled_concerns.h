// Whether what a match found at odds is settled, so that a request may be approved and issued.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REGISTER_SETTLED_CONCERNS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REGISTER_SETTLED_CONCERNS_H_

#include <string>

#include "absl/status/status.h"
#include "common/period/civil_day.h"
#include "onereturn/requests/v1/match.pb.h"
#include "onereturn/requests/v1/request.pb.h"

namespace onereturn::ingestion {

// CONCERNS_OPEN names each thing that keeps the request from approval: a near duplicate that nobody
// decided, a conflict of definition without justification, a conflict of guidance, notice that is
// too short without an exception in force (that of the request), and a region that objects and is
// not named in `reason`, the words of the decision.
absl::Status CheckConcernsSettled(const requests::v1::DataRequest& request,
                                  const requests::v1::Match& match, const CivilDay& today,
                                  const std::string& reason);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REGISTER_SETTLED_CONCERNS_H_

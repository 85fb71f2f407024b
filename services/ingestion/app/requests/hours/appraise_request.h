// What whoever asks and whoever approves should see before a request goes out: warnings, and its
// price. docs/collect-once.md, "What is warned of".
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_APPRAISE_REQUEST_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_APPRAISE_REQUEST_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "common/storage/reader.h"
#include "onereturn/requests/v1/appraisal.pb.h"
#include "onereturn/requests/v1/match.pb.h"
#include "onereturn/requests/v1/request.pb.h"
#include "services/ingestion/app/requests/request_matching.h"
#include "services/ingestion/domain/requests/match.h"

namespace onereturn::ingestion {

// Of a request that may still be issued, which was matched so: `due` is of the same match. As
// things were at `sequence`; kNewest: are. Which items were read is no fact, and as it is now.
absl::StatusOr<requests::v1::Appraisal> AppraiseMatch(const Reader& reader,
                                                      const requests::v1::DataRequest& request,
                                                      const requests::v1::MatchSummary& match,
                                                      const DueMinutes& due, uint64_t sequence);

// Of one that is registered, as it was at `sequence`. One that may still be issued is matched for
// its warnings; where it cannot be it has none.
absl::StatusOr<requests::v1::Appraisal> AppraiseRequest(const Reader& reader,
                                                        const RequestMatching& matching,
                                                        const requests::v1::DataRequest& request,
                                                        uint64_t sequence);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_APPRAISE_REQUEST_H_

// Descriptions that are like items: the queue, and what a steward says of one.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REGISTER_LIKENESSES_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REGISTER_LIKENESSES_H_

#include "absl/status/statusor.h"
#include "common/commit/fact_writer.h"
#include "common/storage/reader.h"
#include "onereturn/requests/v1/requests_service.pb.h"
#include "services/ingestion/app/requests/request_matching.h"
#include "services/ingestion/app/returns/read_returns.h"
#include "services/ingestion/app/rights/grant_rights.h"
#include "services/ingestion/app/token_use.h"

namespace onereturn::ingestion {

// As they are now: those that nobody has decided, or all; after `after` (where the page before
// ended; empty: from the first), at most `limit`.
absl::StatusOr<PageOf<requests::v1::Likeness>> ListLikenesses(const Reader& reader, bool decided,
                                                              const std::string& after,
                                                              size_t limit);

// A decision holds until it is replaced: REQUEST_STATE where there is one and the caller does not
// say so, or says the same. SELF_APPROVAL of whoever asked for the figure. Fills `judged` without
// the step's time. Spends the token last.
absl::StatusOr<Decision> DecideOnLikeness(const Reader& reader, const RequestMatching& matching,
                                          const OfficerOrigin& origin,
                                          const requests::v1::DecideLikenessRequest& request,
                                          TokenUse* token, requests::v1::Likeness* judged);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REGISTER_LIKENESSES_H_

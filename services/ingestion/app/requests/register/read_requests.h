// Reading the register.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REGISTER_READ_REQUESTS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REGISTER_READ_REQUESTS_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/storage/reader.h"
#include "onereturn/requests/v1/requests_service.pb.h"
#include "services/ingestion/app/requests/request_steps.h"
#include "services/ingestion/app/returns/read_returns.h"

namespace onereturn::ingestion {

// As it was at `sequence`. NOT_FOUND.
absl::StatusOr<requests::v1::DataRequest> GetDataRequest(const Reader& reader,
                                                         const std::string& name,
                                                         uint64_t sequence);

// Those that `request` asks for, as they were at `sequence`, after `after` (where the page before
// ended; empty: from the first), at most `limit`. A page looks at so many requests and no more: it
// may be empty, and another follow.
absl::StatusOr<PageOf<requests::v1::DataRequest>> ListDataRequests(
    const Reader& reader, const RequestWorld& world,
    const requests::v1::ListRequestsRequest& request, uint64_t sequence, const std::string& after,
    size_t limit);

// Of one that is registered, or of one that is shown, without its position; FIELD_INVALID unless
// exactly one of them is given, and for what is shown the errors of a draft.
absl::StatusOr<requests::v1::PreviewMatchResponse> PreviewMatchOf(
    const Reader& reader, const RequestWorld& world,
    const requests::v1::PreviewMatchRequest& request, uint64_t sequence);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REGISTER_READ_REQUESTS_H_

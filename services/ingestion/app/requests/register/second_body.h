// Who decides about a request is of another body than the one that asks.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REGISTER_SECOND_BODY_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REGISTER_SECOND_BODY_H_

#include <string>

#include "absl/status/status.h"
#include "common/storage/reader.h"
#include "onereturn/requests/v1/request.pb.h"
#include "services/ingestion/app/requests/request_matching.h"
#include "services/ingestion/app/rights/grant_rights.h"
#include "services/ingestion/store/request_table.h"

namespace onereturn::ingestion {

// SELF_APPROVAL unless the caller acts for a body that is neither the requesting one nor a
// predecessor or successor of it, and is another person than the one who drafted the request.
absl::Status CheckSecondBody(const Reader& reader, const OfficerOrigin& origin,
                             const requests::v1::DataRequest& request);

// SELF_APPROVAL where the body that approved the request is by now the requesting one, or a
// predecessor or successor of it.
absl::Status CheckApprovedByAnother(const Reader& reader, const requests::v1::DataRequest& request);

// As CheckSecondBody, towards every request that describes the figure now, whatever became of it,
// and the one named `first`, in which it was found, though that may describe another by now.
absl::Status CheckSecondBodyOfAll(const Reader& reader, const RequestMatching& matching,
                                  const OfficerOrigin& origin, const LikenessKey& key,
                                  const std::string& first);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REGISTER_SECOND_BODY_H_

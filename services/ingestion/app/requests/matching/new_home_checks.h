// What keeps the home that issuing would make from being made: said when a request is drafted, and
// again when it is issued.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_NEW_HOME_CHECKS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_NEW_HOME_CHECKS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "common/storage/reader.h"
#include "onereturn/requests/v1/request.pb.h"
#include "services/ingestion/app/requests/matching/new_home.h"

namespace onereturn::ingestion {

// FIELD_INVALID with every fault of the lines of which items would be made: a dimension without
// values, two items of one code, definitions that are too large to be kept. CODE_REUSED where a
// code that it would give stands for an item or a collection, at `sequence`.
absl::Status CheckNewHome(const Reader& reader, const requests::v1::DataRequest& request,
                          const NewHome& home, uint64_t sequence);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_NEW_HOME_CHECKS_H_

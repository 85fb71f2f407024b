// The rules of requests that hold at a position.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_RULES_IN_FORCE_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_RULES_IN_FORCE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "common/storage/reader.h"
#include "onereturn/requests/v1/rules.pb.h"

namespace onereturn::ingestion {

// The set that was defined last, with its etag. NOT_FOUND where there is none.
absl::StatusOr<requests::v1::RequestRules> RequestRulesAt(const Reader& reader, uint64_t sequence);

// The same, empty where there is none: by which hours are priced and weighed.
absl::StatusOr<requests::v1::RequestRules> RulesForHours(const Reader& reader, uint64_t sequence);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_RULES_IN_FORCE_H_

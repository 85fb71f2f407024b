// What the rules of data requests must be by themselves.
#ifndef ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_RULES_CHECKS_H_
#define ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_RULES_CHECKS_H_

#include "absl/status/status.h"
#include "onereturn/requests/v1/rules.pb.h"

namespace onereturn::ingestion {

// DEFINITION_INVALID with every fault found.
absl::Status CheckRequestRules(const requests::v1::RequestRules& rules);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_RULES_CHECKS_H_

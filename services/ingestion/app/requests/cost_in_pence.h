// What work costs by the pay bands.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_COST_IN_PENCE_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_COST_IN_PENCE_H_

#include <cstdint>

#include "onereturn/requests/v1/rules.pb.h"
#include "services/ingestion/domain/requests/minutes.h"

namespace onereturn::ingestion {

// By the pay bands, exact but for the last half penny, which counts as a whole one; the share of
// one of `sharers`, at least 1, is rounded in the same way, once. A lens without a band costs
// nothing.
uint64_t CostInPence(const Minutes& minutes, const requests::v1::RequestRules& rules,
                     uint64_t sharers = 1);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_COST_IN_PENCE_H_

// The periods that a data request asks for.
#ifndef ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_PERIODS_H_
#define ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_PERIODS_H_

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "common/period/period.h"
#include "onereturn/requests/v1/request.pb.h"

namespace onereturn::ingestion {

inline constexpr size_t kMostAskedPeriods = 120;

// Those from the first to the last, in order; of a standing request without a last up to the one in
// which its expiry lies. FIELD_INVALID with every fault of the two; EMPTY_SELECTOR where the last
// lies before the first; FUTURE_PERIOD where the first begins after the request's expiry.
absl::StatusOr<std::vector<Period>> PeriodsAsked(const requests::v1::DataRequest& request);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_PERIODS_H_

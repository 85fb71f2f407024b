// What falls on one organisation, week by week: docs/collect-once.md, "What falls on an
// organisation".
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_BURDEN_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_BURDEN_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "common/storage/reader.h"
#include "onereturn/requests/v1/hours_service.pb.h"
#include "onereturn/requests/v1/rules.pb.h"
#include "services/ingestion/domain/requests/minutes.h"

namespace onereturn::ingestion {

// As it was at `sequence`, without its position: the weeks in which the days lie, each as a whole.
// NOT_FOUND for a parent of another form; FIELD_INVALID for days that are none, RANGE for too many.
absl::StatusOr<requests::v1::GetBurdenResponse> GetBurden(
    const Reader& reader, const requests::v1::GetBurdenRequest& request, uint64_t sequence);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_BURDEN_H_

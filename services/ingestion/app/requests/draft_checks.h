// What a draft must be by itself, and beside the catalogue.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_DRAFT_CHECKS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_DRAFT_CHECKS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/period/civil_day.h"
#include "common/period/period.h"
#include "common/status/error.h"
#include "common/storage/reader.h"
#include "onereturn/requests/v1/request.pb.h"
#include "services/ingestion/app/requests/request_matching.h"

namespace onereturn::ingestion {

// The periods that are asked, in order; of a standing request without a last one those that begin
// by its expiry. EMPTY_SELECTOR where the last lies before the first; FIELD_INVALID with every
// fault of the two.
absl::StatusOr<std::vector<Period>> PeriodsOf(const requests::v1::DataRequest& request);

// EMPTY_SELECTOR; else FIELD_INVALID with every fault of its fields; PERSONAL_DATA. Looks at
// nothing that only the service sets.
absl::Status CheckDraftFields(const requests::v1::DataRequest& request);
// Of the lines alone: adds their faults.
void CheckRequestLines(const requests::v1::DataRequest& request, Error* faults);

// Of a draft whose fields are right, as the catalogue was at `sequence`: REQUEST_EXPIRED,
// FUTURE_PERIOD, DEFINITION_UNKNOWN, DEFINITION_RETIRED, ODS_UNKNOWN, ODS_CLOSED, EMPTY_SELECTOR
// where the selector chooses nobody.
absl::Status CheckDraftReferences(const Reader& reader, const RequestMatching& matching,
                                  const requests::v1::DataRequest& request, const CivilDay& today,
                                  uint64_t sequence);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_DRAFT_CHECKS_H_

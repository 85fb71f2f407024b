// What a draft must be by itself, and beside the catalogue.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_DRAFT_CHECKS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_DRAFT_CHECKS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "common/period/civil_day.h"
#include "common/storage/reader.h"
#include "onereturn/requests/v1/request.pb.h"
#include "services/ingestion/app/requests/request_matching.h"

namespace onereturn::ingestion {

// What the asker says of it, and nothing else.
requests::v1::DataRequest AskedPartOf(const requests::v1::DataRequest& request);
// OUTPUT_ONLY where something is given that only the service says. The name, its reference and an
// etag may be given.
absl::Status CheckOutputLeftEmpty(const requests::v1::DataRequest& given);

// As CheckDataRequest (definitions/request_checks.h); PERSONAL_DATA.
absl::Status CheckDraftFields(const requests::v1::DataRequest& request);

// Of a draft whose fields are right, as the catalogue was at `sequence`: REQUEST_EXPIRED;
// ODS_UNKNOWN and ODS_CLOSED of the body and of those who are consulted; what matching says against
// it (RequestMatching::CheckDraft).
absl::Status CheckDraftReferences(const Reader& reader, const RequestMatching& matching,
                                  const requests::v1::DataRequest& request, const CivilDay& today,
                                  uint64_t sequence);

// That what it asks for is there, as the catalogue was at `sequence`: DEFINITION_UNKNOWN,
// DEFINITION_RETIRED, ODS_UNKNOWN, ODS_CLOSED of those who are named by their codes.
absl::Status CheckAskedIsKnown(const Reader& reader, const requests::v1::DataRequest& request,
                               uint64_t sequence);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_DRAFT_CHECKS_H_

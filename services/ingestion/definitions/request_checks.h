// What a data request must be by itself: the same for one that is drafted, shown or matched.
#ifndef ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_CHECKS_H_
#define ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_CHECKS_H_

#include "absl/status/status.h"
#include "onereturn/requests/v1/request.pb.h"

namespace onereturn::ingestion {

inline constexpr int kMostAskedOrganisations = 2'000;

// Of what matching reads: lines, organisations or selector, periods, dates. EMPTY_SELECTOR where it
// asks for nothing; else FIELD_INVALID with every fault, by paths of the API
// ("data_request.lines"); else FUTURE_PERIOD.
absl::Status CheckWhatIsAsked(const requests::v1::DataRequest& request);

// Of all that the asker says: as CheckWhatIsAsked, with the faults of all fields. Looks at nothing
// that only the service sets.
absl::Status CheckDataRequest(const requests::v1::DataRequest& request);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_CHECKS_H_

// What simplified mode suspends: obligations all of whose items are desirable.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_OBLIGATIONS_SUSPENDED_OBLIGATIONS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_OBLIGATIONS_SUSPENDED_OBLIGATIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/commit/committer.h"
#include "common/storage/reader.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "services/ingestion/app/catalogue/catalogue_time.h"
#include "services/ingestion/app/requests/matching/issue_plan.h"
#include "services/ingestion/store/obligation_table.h"

namespace onereturn::ingestion {

// Those of the request that are in force and not met, and whose items, as they are for the period,
// are all desirable.
absl::StatusOr<std::vector<ObligationKey>> DesirableObligationsOf(const Reader& reader,
                                                                  uint64_t request);

// REQUEST_STATE where simplified mode is on and the issue of `request` (its name) would ask for
// desirable items alone. `new_items` are made by the issue. Adds to the read set that the mode
// stays as it is.
absl::Status CheckNotSuspended(const Reader& reader, const std::string& request,
                               const IssuePlan& plan,
                               const std::vector<catalogue::v1::DataItem>& new_items,
                               CatalogueTime* time, std::vector<ReadCheck>* read_set);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_OBLIGATIONS_SUSPENDED_OBLIGATIONS_H_

// Items that are made by a formula, and who may use items: what they must be beside the rest of the
// catalogue and the figures that are held.
#ifndef ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_DERIVED_RULES_H_
#define ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_DERIVED_RULES_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/storage/reader.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "services/ingestion/app/catalogue/catalogue_time.h"

namespace onereturn::ingestion {

using HoldsFiguresOf = absl::FunctionRef<absl::StatusOr<bool>(const std::string& item)>;

// Of an item that is to be defined and that `time` supposes; `replaced` as CheckItemInCatalogue. A
// formula reads items that are defined, are no derived ones and have all its dimensions; it has no
// home; and it stays as it is for periods of which figures may have been given. What derived items
// read of it is still there. The bodies of its reuse rights are defined.
// DEFINITION_UNKNOWN, DEFINITION_INVALID, HOME_COLLECTION, CODE_REUSED.
absl::Status CheckDerived(const Reader& reader, CatalogueTime* time,
                          const catalogue::v1::DataItem& item,
                          const catalogue::v1::DataItem* replaced, HoldsFiguresOf holds_figures);

// A collection names no derived item, and reads none beside its own. DEFINITION_INVALID.
absl::Status CheckNothingDerived(CatalogueTime* time, const catalogue::v1::Collection& collection);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_DERIVED_RULES_H_

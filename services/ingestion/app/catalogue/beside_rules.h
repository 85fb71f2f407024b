// What a collection reads beside its own returns, held against the rest of the catalogue.
#ifndef ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_BESIDE_RULES_H_
#define ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_BESIDE_RULES_H_

#include "absl/status/status.h"
#include "common/storage/reader.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "services/ingestion/app/catalogue/catalogue_time.h"

namespace onereturn::ingestion {

// Of a collection that is to be defined and that `time` supposes. What it reads beside its own is
// known; and neither what it reads, nor what others read of it, is of another period kind, or at
// home in other collections alone for all periods of the one that reads it. An item that no
// collection names may be read already: two that read one another are defined one after the other.
// DEFINITION_UNKNOWN, DEFINITION_INVALID, with the place.
absl::Status CheckBeside(const Reader& reader, CatalogueTime* time,
                         const catalogue::v1::Collection& collection);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_BESIDE_RULES_H_

// From a wide layout of the catalogue to the compiled one, with every fault in one pass.
#ifndef ONERETURN_SERVICES_INGESTION_DEFINITIONS_LAYOUT_BUILDER_H_
#define ONERETURN_SERVICES_INGESTION_DEFINITIONS_LAYOUT_BUILDER_H_

#include <set>
#include <string>

#include "common/status/error.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "services/ingestion/domain/collection.h"

namespace onereturn::ingestion {

// `collection` has its items already. Faults go to `faults`, each with its path below `path`; after
// one the layout is of no use. Items of `unknown_items`, which a fault names already, may have any
// dimension.
WideLayout BuildWideLayout(const catalogue::v1::WideLayout& definition, const std::string& path,
                           const Collection& collection, const std::set<std::string>& unknown_items,
                           Error* faults);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DEFINITIONS_LAYOUT_BUILDER_H_

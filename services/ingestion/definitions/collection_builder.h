// From the catalogue's messages to the compiled collection, with every fault of a definition in one
// pass.
#ifndef ONERETURN_SERVICES_INGESTION_DEFINITIONS_COLLECTION_BUILDER_H_
#define ONERETURN_SERVICES_INGESTION_DEFINITIONS_COLLECTION_BUILDER_H_

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "services/ingestion/domain/collection.h"

namespace onereturn::ingestion {

// The definition of an item by its code; nullopt when there is none.
using ItemLookup =
    std::function<absl::StatusOr<std::optional<catalogue::v1::DataItem>>(const std::string& code)>;

// The codes of the organisations that stand in a dimension of them. Asked for only where an item
// has such a dimension.
using OrganisationCodes = std::shared_ptr<const std::set<std::string>>;
using OrganisationTypes = std::set<catalogue::v1::OrganisationType>;
struct OrganisationValues {
  // Of no types, all that are defined; else those of the types that are open when the collection is
  // compiled for.
  OrganisationCodes now = nullptr;
  // The same, open or not. Null: as `now`.
  OrganisationCodes ever = nullptr;
};
using OrganisationLookup =
    std::function<absl::StatusOr<OrganisationValues>(const OrganisationTypes& types)>;

// UNSPECIFIED is taken as a month.
PeriodKind KindOf(catalogue::v1::PeriodKind kind);

// DEFINITION_INVALID names every fault with its path; DEFINITION_UNKNOWN an item that is not
// defined.
absl::StatusOr<Collection> BuildCollection(const catalogue::v1::Collection& definition,
                                           const ItemLookup& items,
                                           const OrganisationLookup& organisations = nullptr);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DEFINITIONS_COLLECTION_BUILDER_H_

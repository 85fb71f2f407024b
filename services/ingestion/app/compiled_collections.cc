#include "services/ingestion/app/compiled_collections.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/utf8.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {

ItemLookup NewestItems(const Reader& reader) {
  return
      [&reader](const std::string& code) -> absl::StatusOr<std::optional<catalogue::v1::DataItem>> {
        ASSIGN_OR_RETURN(std::optional<StoredDefinition> stored,
                         FindDefinition(reader, DefinitionKind::kItem, code, kNewest));
        if (!stored.has_value()) return std::optional<catalogue::v1::DataItem>();
        catalogue::v1::DataItem item;
        if (!item.ParseFromString(stored->bytes))
          return absl::DataLossError("a stored item cannot be read");
        return std::optional<catalogue::v1::DataItem>(std::move(item));
      };
}

OrganisationLookup NewestOrganisations(const Reader& reader) {
  return [&reader]() -> absl::StatusOr<OrganisationCodes> {
    auto codes = std::make_shared<std::set<std::string>>();
    RETURN_IF_ERROR(
        VisitDefinitions(reader, DefinitionKind::kOrganisation, "", kNewest,
                         [&codes](const StoredDefinition& definition) -> absl::StatusOr<bool> {
                           codes->insert(definition.code);
                           return true;
                         }));
    return OrganisationCodes(std::move(codes));
  };
}

absl::StatusOr<CompiledCollection> CompiledCollections::Get(const Snapshot& snapshot,
                                                            const std::string& code) {
  ASSIGN_OR_RETURN(uint64_t sequence, CatalogueSequence(snapshot));
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (sequence > sequence_) {
      collections_.clear();
      sequence_ = sequence;
    }
    auto found = collections_.find(code);
    if (sequence == sequence_ && found != collections_.end()) {
      return CompiledCollection{found->second, sequence};
    }
  }
  ASSIGN_OR_RETURN(std::optional<StoredDefinition> stored,
                   FindDefinition(snapshot, DefinitionKind::kCollection, code, kNewest));
  if (!stored.has_value()) {
    return Error(Reason::kDefinitionUnknown,
                 absl::StrCat("there is no collection \"", CutAtCharacter(code, 32), "\""))
        .Field("collection", "is not defined");
  }
  catalogue::v1::Collection definition;
  if (!definition.ParseFromString(stored->bytes)) {
    return absl::DataLossError("a stored collection cannot be read");
  }
  ASSIGN_OR_RETURN(Collection built, BuildCollection(definition, NewestItems(snapshot),
                                                     NewestOrganisations(snapshot)));
  auto collection = std::make_shared<const Collection>(std::move(built));
  std::lock_guard<std::mutex> lock(mutex_);
  if (sequence == sequence_) collections_[code] = collection;
  return CompiledCollection{std::move(collection), sequence};
}

}  // namespace onereturn::ingestion

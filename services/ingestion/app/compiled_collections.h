// The collections in force, compiled once for each state of the catalogue.
#ifndef ONERETURN_SERVICES_INGESTION_APP_COMPILED_COLLECTIONS_H_
#define ONERETURN_SERVICES_INGESTION_APP_COMPILED_COLLECTIONS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "common/storage/store.h"
#include "services/ingestion/definitions/collection_builder.h"
#include "services/ingestion/domain/collection.h"

namespace onereturn::ingestion {

// A collection and the state of the catalogue it was compiled at: what a submission is judged on.
struct CompiledCollection {
  std::shared_ptr<const Collection> collection;
  uint64_t catalogue_sequence = 0;
};

// The definition of an item in force now.
ItemLookup NewestItems(const Reader& reader);

// The codes of the organisations that are defined now.
OrganisationLookup NewestOrganisations(const Reader& reader);

// Thread safe.
class CompiledCollections {
 public:
  // As `snapshot` has it, so that all that a submission is judged on is of one state: what has
  // changed since then fails the check of `catalogue_sequence`. DEFINITION_UNKNOWN when there is no
  // such collection.
  absl::StatusOr<CompiledCollection> Get(const Snapshot& snapshot, const std::string& code);

 private:
  std::mutex mutex_;
  uint64_t sequence_ = 0;                                                 // Guarded by mutex_.
  std::map<std::string, std::shared_ptr<const Collection>> collections_;  // Guarded; of sequence_.
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_COMPILED_COLLECTIONS_H_

// The collections as they are for a period, compiled once for each state of the catalogue.
#ifndef ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_COMPILED_COLLECTIONS_H_
#define ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_COMPILED_COLLECTIONS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/storage/store.h"
#include "services/ingestion/app/catalogue/catalogue_time.h"
#include "services/ingestion/definitions/collection_builder.h"
#include "services/ingestion/domain/collection.h"

namespace onereturn::ingestion {

// A collection and the state of the catalogue it was compiled at: what a submission is judged on.
struct CompiledCollection {
  std::shared_ptr<const Collection> collection;
  uint64_t catalogue_sequence = 0;
};

// Thread safe.
class CompiledCollections {
 public:
  // As `snapshot` has it, so that all that a submission is judged on is of one state: what has
  // changed since then fails the check of `catalogue_sequence`. The version, and the items', that
  // the period goes by; without a period those of the newest periods. DEFINITION_UNKNOWN when there
  // is no such collection, or none for the period; DEFINITION_RETIRED when it is no more by then.
  absl::StatusOr<CompiledCollection> Get(const Snapshot& snapshot, const std::string& code,
                                         const std::optional<Period>& period = std::nullopt);

  // All that the collection is over time, that of the newest periods first, without what cannot be
  // compiled. DEFINITION_UNKNOWN as above.
  absl::StatusOr<std::vector<CompiledCollection>> All(const Snapshot& snapshot,
                                                      const std::string& code);

 private:
  // What is known of one collection at sequence_.
  struct Known {
    std::vector<Stretch> stretches;
    std::vector<CivilDay> days;  // On which it becomes another, in order.
  };

  absl::StatusOr<std::shared_ptr<const Known>> Learn(const Snapshot& snapshot,
                                                     const std::string& code, uint64_t sequence);
  absl::StatusOr<CompiledCollection> Compile(const Snapshot& snapshot, const std::string& code,
                                             uint64_t sequence, const CivilDay& day);

  std::mutex mutex_;
  uint64_t sequence_ = 0;                                      // Guarded by mutex_.
  std::map<std::string, std::shared_ptr<const Known>> known_;  // Guarded; of sequence_.
  // Guarded; of sequence_; by code and day of Known::days.
  std::map<std::pair<std::string, CivilDay>, std::shared_ptr<const Collection>> compiled_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_CATALOGUE_COMPILED_COLLECTIONS_H_

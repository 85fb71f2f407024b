// Which returns are held, kept in memory as the store takes them.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_HELD_COVERAGE_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_HELD_COVERAGE_H_

#include <cstdint>
#include <memory>
#include <mutex>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/storage/reader.h"
#include "services/ingestion/domain/requests/coverage.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {

// Thread safe. What it answers is never changed any more, so that a match may take its time while
// others go on. It never answers for another state than the one that is asked for.
class HeldCoverage {
 public:
  // The returns that are held at `sequence`, which `reader` has reached; kNewest: at the reader's
  // newest entry. It catches up by the journal, on the calling thread; for an earlier state than it
  // knows, and the first time, it looks at all returns. Errors: of the store; DATA_LOSS for an
  // entry that cannot be read.
  absl::StatusOr<std::shared_ptr<const Coverage>> At(const Reader& reader,
                                                     uint64_t sequence = kNewest);

  // Catches up, so that nobody waits for it: for a thread that does so again and again.
  absl::Status Tick(const Reader& reader) { return At(reader).status(); }

 private:
  // True for every sequence from the last return that was taken to as far as was looked.
  struct State {
    std::shared_ptr<const Coverage> coverage;  // Null: none yet.
    uint64_t last_return = 0;
    uint64_t looked_to = 0;

    bool Holds(uint64_t sequence) const {
      return coverage != nullptr && last_return <= sequence && sequence <= looked_to;
    }
  };

  static absl::StatusOr<State> LookAtAll(const Reader& reader, uint64_t sequence);
  // What is known holds afterwards until just before the first return that is new.
  static absl::StatusOr<State> CatchUp(const Reader& reader, uint64_t sequence, State* known);

  std::mutex mutex_;
  State newest_;   // Guarded by mutex_.
  State earlier_;  // Guarded by mutex_; for readers who took their snapshot just before.
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_HELD_COVERAGE_H_

// Reading the whole ledger again: every entry against its leaf, every node against what it stands
// for, every cell chunk against its digest, the root against the signed head. What was altered
// beneath the service, by a disk or by a hand, is found within a day.
#ifndef ONERETURN_COMMON_COMMIT_LEDGER_RECHECK_H_
#define ONERETURN_COMMON_COMMIT_LEDGER_RECHECK_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "common/commit/committer.h"
#include "common/digest/digest.h"
#include "common/ledger/merkle.h"
#include "common/storage/store.h"

namespace onereturn {

// Thread safe.
class LedgerRecheck {
 public:
  // The bytes of a cell chunk by its digest.
  using ReadChunk = std::function<absl::StatusOr<std::string>(const Digest& digest)>;

  struct Progress {
    uint64_t checked = 0;               // Entries of the run that goes on, or was the last.
    uint64_t size = 0;                  // Entries there were when it began.
    std::optional<Timestamp> finished;  // When a run last ended without a fault.
  };

  // `chunks` may be empty where a service keeps none. All pointers must outlive it.
  LedgerRecheck(const Store* store, const Committer* committer, const Clock* clock,
                ReadChunk chunks)
      : store_(store), committer_(committer), clock_(clock), chunks_(std::move(chunks)) {}

  // One run, at a pace that leaves the store to others: 256 entries, then a pause of 20 ms. OK also
  // when Stop() ended it; DATA_LOSS names the first place that is not what it was, others are of
  // the store.
  absl::Status Run();
  // Ends a run within a page, and every later one at once.
  void Stop();

  Progress progress() const;

 private:
  // Reads the page after `frontier`. False at the end.
  absl::StatusOr<bool> CheckPage(const SignedHead& head, Frontier* frontier) const;
  absl::Status CheckEntry(const std::string& bytes, Frontier* frontier) const;
  absl::Status CheckChunks(const std::string& bytes, uint64_t sequence) const;

  const Store* const store_;
  const Committer* const committer_;
  const Clock* const clock_;
  const ReadChunk chunks_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;  // Guarded by mutex_.
  Progress progress_;      // Guarded by mutex_.
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_COMMIT_LEDGER_RECHECK_H_

// Copies of a running service's store, and when they are made: a checkpoint every hour (hard links
// beside the store, against mistakes), a verified backup every day (in a folder of its own, against
// the loss of the disk).
#ifndef ONERETURN_COMMON_SERVICE_BACKUPS_H_
#define ONERETURN_COMMON_SERVICE_BACKUPS_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/commit/committer.h"
#include "common/ledger/signed_head.h"
#include "common/storage/backup_folder.h"
#include "common/storage/store.h"

namespace onereturn {

inline constexpr uint32_t kKeptCheckpoints = 24;  // A day of them.
inline constexpr uint32_t kKeptBackups = 14;      // Two weeks of them.
inline constexpr int64_t kCheckpointIntervalMicros = int64_t{3'600} * 1'000'000;
inline constexpr int64_t kBackupIntervalMicros = int64_t{24} * 3'600 * 1'000'000;

// A copy that is held.
struct HeldCopy {
  std::string name;  // "backup-12", "checkpoint-20261122T030000Z": a restore asks for it by this.
  Timestamp time;
  uint64_t bytes = 0;  // 0 for a checkpoint, whose files are the store's own.
  // The newest head when it was begun: it holds at least these entries.
  SignedHead head;
};

// Where a store's checkpoints lie: beside it, since hard links do not leave a file system.
std::string CheckpointFolder(const std::string& data_folder);

// What can be restored from, oldest first by kind, backups first. `backup_folder` may be empty. A
// copy whose head cannot be read is left out and logged.
absl::StatusOr<std::vector<HeldCopy>> ListCopies(const std::string& data_folder,
                                                 const std::string& backup_folder);

// Thread safe: one copy is made at a time.
class Backups {
 public:
  struct Folders {
    std::string data;
    std::string backups;  // Empty: no backups, only checkpoints.
  };
  // `store`, `committer` and `clock` must outlive it.
  Backups(Folders folders, const Store* store, const Committer* committer, const Clock* clock)
      : folders_(std::move(folders)), store_(store), committer_(committer), clock_(clock) {}

  // Errors of both as BackupFolder's. FAILED_PRECONDITION where no folder for backups is
  // configured.
  absl::StatusOr<HeldCopy> BackUp();
  absl::StatusOr<HeldCopy> MakeCheckpoint();
  absl::StatusOr<std::vector<HeldCopy>> List() const;

  // What is due: a checkpoint when the newest is an hour old, a backup when it is a day old; then
  // drops the oldest. So a service that is started again and again keeps its older copies. What
  // fails is logged, and tried again at the next call.
  void MakeDue();

 private:
  absl::StatusOr<HeldCopy> BackUpLocked();
  absl::StatusOr<HeldCopy> MakeCheckpointLocked();

  const Folders folders_;
  const Store* const store_;
  const Committer* const committer_;
  const Clock* const clock_;
  mutable std::mutex mutex_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_SERVICE_BACKUPS_H_

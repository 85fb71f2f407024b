// Copies of a running service's store, and when they are made: a checkpoint every hour (hard links
// beside the store, against mistakes), a verified backup every day (in a folder of its own, against
// the loss of the disk).
#ifndef ONERETURN_COMMON_SERVICE_BACKUPS_H_
#define ONERETURN_COMMON_SERVICE_BACKUPS_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/commit/committer.h"
#include "common/digest/digest.h"
#include "common/ledger/signed_head.h"
#include "common/ledger/signing.h"
#include "common/storage/backup_folder.h"
#include "common/storage/store.h"

namespace onereturn {

inline constexpr uint32_t kKeptCheckpoints = 24;  // A day of them.
inline constexpr uint32_t kKeptBackups = 14;      // Two weeks of daily ones.
// Backups made by hand, beside the daily ones, which they must not push out: those before and after
// an upgrade, and some more.
inline constexpr uint32_t kKeptBackupsByHand = 6;
// Runs that are remembered, so that whoever began one learns how it ended.
inline constexpr size_t kKeptRuns = 8;
inline constexpr int64_t kCheckpointIntervalMicros = int64_t{3'600} * 1'000'000;
inline constexpr int64_t kBackupIntervalMicros = int64_t{24} * 3'600 * 1'000'000;

// A copy that is held.
struct HeldCopy {
  std::string name;  // "backup-12", "checkpoint-20261122T030000Z": a restore asks for it by this.
  Timestamp time;
  uint64_t bytes = 0;  // 0 for a checkpoint, whose files are the store's own.
  // The newest head when it was begun: it holds at least these entries.
  SignedHead head;
  bool by_hand = false;   // Somebody asked for it; otherwise it is a daily or hourly one.
  std::string seal = {};  // Of a backup.
};

// clang-format off
//   seal         = 64 bytes: Ed25519 over sealed-bytes
//   sealed-bytes = domain SHA-256(stored-head) content
//   domain       = "onereturn backup seal 1" %x00   ; 24 bytes; nothing else is signed that begins so
//   stored-head  = the copy's head, as common/ledger/signed_head.h has it
//   content      = 32 bytes: BackupFolder::Add()
// clang-format on
//
// OK when one of `keys` signed that a backup with the copy's head holds `content`; DATA_LOSS
// otherwise. A backup lies where others may write: its checksums find damage, and whoever alters it
// fits them.
absl::Status VerifySeal(const HeldCopy& copy, const Digest& content,
                        const std::vector<SigningKey>& keys);

// A backup that somebody asked for, from then until the service ends.
struct BackupRun {
  enum class State {
    kWaiting,  // For another copy that is being made.
    kCopying,
    kVerifying,  // All is copied; every file is read again.
    kMade,
    kFailed,
  };
  std::string id;  // Of no other run.
  Timestamp begun;
  State state = State::kWaiting;
  uint64_t bytes_copied = 0;  // Roughly; what earlier backups hold is not copied again.
  HeldCopy copy;              // When it is made.
  absl::Status failure;       // When it failed.

  bool over() const { return state == State::kMade || state == State::kFailed; }
};

// Where a store's checkpoints lie: beside it, since hard links do not leave a file system.
std::string CheckpointFolder(const std::string& data_folder);

// What can be restored from, oldest first by kind, backups first. `backup_folder` may be empty. A
// copy whose head cannot be read is left out and logged, and so is a backup without a seal, of an
// older version or put there by somebody else.
absl::StatusOr<std::vector<HeldCopy>> ListCopies(const std::string& data_folder,
                                                 const std::string& backup_folder);

// Thread safe: one copy is made at a time; what is asked meanwhile waits for no copy.
class Backups {
 public:
  struct Folders {
    std::string data;
    std::string backups;  // Empty: no backups, only checkpoints.
  };
  // `store`, `committer` and `clock` must outlive it.
  Backups(Folders folders, const Store* store, const Committer* committer, const Clock* clock)
      : folders_(std::move(folders)), store_(store), committer_(committer), clock_(clock) {}

  // As Stop(), and waits for the thread of Begin().
  ~Backups();

  // Ends the making of whatever copy is being made: a backup that was not made to its end is not
  // there. No other is begun. Whoever makes one, or waits to, is through soon; waits for nobody.
  void Stop();

  // Begins a backup on a thread of its own, and answers at once. While one that was begun so is not
  // over, answers that one. FAILED_PRECONDITION where no folder for backups is configured.
  absl::StatusOr<BackupRun> Begin();
  // Oldest first; the newest alone may not be over.
  std::vector<BackupRun> Runs() const;

  // On the caller's thread, for as long as it takes. Errors of both as BackupFolder's;
  // FAILED_PRECONDITION as Begin().
  absl::StatusOr<HeldCopy> BackUp();
  absl::StatusOr<HeldCopy> MakeCheckpoint();
  absl::StatusOr<std::vector<HeldCopy>> List() const;

  // What is due: a checkpoint when the newest is an hour old, a backup when it is a day old; then
  // drops the oldest. So a service that is started again and again keeps its older copies. A copy
  // with a later time than now, made while the clock was ahead, stands for none. A backup that an
  // earlier process did not verify to its end is verified first, and counts from then on. What
  // fails is logged, and tried again at the next call.
  void MakeDue();

 private:
  // With copying_ held.
  absl::StatusOr<HeldCopy> BackUpLocked(bool by_hand, const BackupProgress& progress);
  // The text that goes with a backup.
  absl::StatusOr<std::string> Seal(const SignedHead& head, const Digest& content) const;
  absl::Status DropOld(BackupFolder* backups, bool by_hand) const;
  absl::StatusOr<HeldCopy> MakeCheckpointLocked();
  absl::Status VerifyUnverifiedLocked();
  // Is the newest copy among `copies` that nobody asked for older than that?
  bool IsDue(const absl::StatusOr<std::vector<HeldCopy>>& copies, int64_t interval_micros) const;

  absl::Status CheckConfigured() const;
  void RunOne();  // The newest run, on its thread.
  void SetState(BackupRun::State state);
  // From now on Stop() reaches it; null: no more. False when the service ends.
  bool SetRunning(BackupFolder* backups);
  bool stopping() const;

  const Folders folders_;
  const Store* const store_;
  const Committer* const committer_;
  const Clock* const clock_;
  mutable std::mutex removing_;  // Held while a backup is removed, or the folder is read.
  std::mutex copying_;           // Held while a copy is made; locked before mutex_.
  mutable std::mutex mutex_;
  std::deque<BackupRun> runs_;  // Guarded by mutex_, as all below but the thread.
  uint64_t runs_begun_ = 0;
  BackupFolder* running_ = nullptr;  // In which a backup is being made or verified.
  bool stopping_ = false;
  std::thread thread_;      // Of the newest run; touched by Begin() and the end.
  std::mutex begin_mutex_;  // Held by Begin(); locked before mutex_.
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_SERVICE_BACKUPS_H_

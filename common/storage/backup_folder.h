// Backups of a store in a folder of their own, best on another disk. Files that several backups
// share are kept once.
#ifndef ONERETURN_COMMON_STORAGE_BACKUP_FOLDER_H_
#define ONERETURN_COMMON_STORAGE_BACKUP_FOLDER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/digest/digest.h"
#include "common/storage/store.h"

namespace onereturn {

struct StoredBackup {
  uint32_t number = 0;  // From 1. That of the newest is given again when it is removed.
  int64_t time_seconds = 0;
  uint64_t bytes = 0;  // Of all its files, shared ones included.
  std::string note;    // As it was given to Add().
  std::string seal;    // What Add() was given for it; empty: it was never finished.
};

// How far a backup that is being made has come; told on threads of the engine.
struct BackupProgress {
  std::function<void(uint64_t bytes)> copied = [](uint64_t) {};  // So many more.
  std::function<void()> verifying = [] {};  // All is copied, and is being read again.
};

// Not thread safe but for Stop(); one process at a time. Errors of all: DATA_LOSS for damage,
// RESOURCE_EXHAUSTED for no space, NOT_FOUND for a backup that is not there, UNAVAILABLE for other
// failures of the disk.
class BackupFolder {
 public:
  // Makes the folder when it is missing; its parent must exist.
  static absl::StatusOr<std::unique_ptr<BackupFolder>> Open(const std::string& path);
  ~BackupFolder();

  // Adds a backup of everything written before the call, on stable storage, and verifies it: every
  // file is read again and its checksum compared. One that fails is removed, or, where even that
  // fails, by the next VerifyUnverified(), with which this begins. `seal` is asked for a text that
  // is kept with the backup, from the digest of what the store's own files say the backup holds:
  // what ContentOfRestored() says of the backup for as long as nobody alters it, not even so that
  // every checksum fits.
  using Seal = std::function<absl::StatusOr<std::string>(const Digest& content)>;
  absl::StatusOr<StoredBackup> Add(const Store& store, absl::string_view note, const Seal& seal,
                                   const BackupProgress& progress = {});
  // Verifies what a process that ended in the middle of Add(), or Stop(), left, and removes what
  // is damaged or was not sealed yet: then its store is no longer there to be compared with.
  absl::Status VerifyUnverified();
  // Would VerifyUnverified() have something to do?
  static absl::StatusOr<bool> HasUnverified(const std::string& path);
  // Ends the copying or verifying that runs, which then fails; no other begins. From any thread.
  void Stop();
  // What lies in a folder, whoever may be adding to it; oldest first. Empty when there is no
  // folder. What was not verified to its end is not among them.
  static absl::StatusOr<std::vector<StoredBackup>> ListOf(const std::string& path);
  // Oldest first, those that were not verified too. One that is damaged so that it cannot be read
  // at all is not among them.
  std::vector<StoredBackup> List() const;
  // Reads every file of the backup.
  absl::Status Verify(uint32_t number) const;
  absl::Status Remove(uint32_t number);
  // Writes the backup's store to `folder`, which must not exist, and whose parent must.
  absl::Status Restore(uint32_t number, const std::string& folder) const;

 private:
  struct State;
  explicit BackupFolder(std::unique_ptr<State> state);
  absl::Status PutSeal(const Store& store, uint32_t number, const Seal& seal) const;
  // What Add() answers of a backup that cannot be restored.
  absl::Status GiveUp(uint32_t number, const absl::Status& why);
  uint32_t NewestNumber() const;  // 0 when there is none.
  std::unique_ptr<State> state_;
};

// The digest of what Restore() wrote to `folder`, before anybody opens it.
absl::StatusOr<Digest> ContentOfRestored(const std::string& folder);

// Makes the files of a store that was copied there durable, and its folder's name. UNAVAILABLE when
// it cannot.
absl::Status SyncStoreFiles(const std::string& folder);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_STORAGE_BACKUP_FOLDER_H_

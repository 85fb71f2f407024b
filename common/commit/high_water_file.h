// The high-water file: the newest head that a service signed, outside its store's folder, where
// what befalls the store does not reach it. A store that is behind it has lost facts.
//
// clang-format off
//   file     = slot 3584(%x00) slot 3584(%x00)   ; at 0 and 4096, so that no torn write takes both
//   slot     = magic counter length stored-head padding checksum     ; 512 bytes
//   magic    = "onereturn high water 1" %x00     ; 23 bytes
//   counter  = u64 big-endian                    ; one more a record; the slot is its parity
//   length   = u16 big-endian                    ; of stored-head: common/ledger/signed_head.h
//   padding  = zeros up to byte 480
//   checksum = SHA-256 of the 480 bytes before
// clang-format on
//
// The valid slot with the higher counter counts.
#ifndef ONERETURN_COMMON_COMMIT_HIGH_WATER_FILE_H_
#define ONERETURN_COMMON_COMMIT_HIGH_WATER_FILE_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/ledger/signed_head.h"

namespace onereturn {

// What Put() answers does after the death of the process hold, for it is written; after power loss
// what was put up to a second before, because the file is synced once a second. Thread safe.
class HighWaterFile {
 public:
  // Called on a thread of the file when it could not be synced: the process must end.
  using OnFatal = std::function<void(const absl::Status& status)>;

  // The head in the file. NOT_FOUND when there is no file; DATA_LOSS when neither record in it can
  // be believed; UNAVAILABLE when it cannot be read.
  static absl::StatusOr<SignedHead> Read(const std::string& path);

  // Makes the file anew, whole or not at all, with this head.
  static absl::Status Make(const std::string& path, const SignedHead& head);

  // To go on with a file that Read() can read; errors as Read().
  static absl::StatusOr<std::unique_ptr<HighWaterFile>> Open(const std::string& path,
                                                             OnFatal on_fatal);

  // Syncs.
  ~HighWaterFile();
  HighWaterFile(const HighWaterFile&) = delete;
  HighWaterFile& operator=(const HighWaterFile&) = delete;

  // UNAVAILABLE when it cannot be written; what Freeze() was told afterwards.
  absl::Status Put(const SignedHead& head);

  // The last head of the file, synced, in both slots; afterwards Put() answers `why`. For a head
  // that shows that the store has lost facts: the next start sees it.
  absl::Status Freeze(const SignedHead& head, const absl::Status& why);

 private:
  HighWaterFile(std::string path, int descriptor, uint64_t counter, OnFatal on_fatal);
  absl::Status WriteNext(const SignedHead& head);  // With mutex_ held.
  void SyncAgainAndAgain();

  const std::string path_;
  const int descriptor_;
  const OnFatal on_fatal_;
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t counter_ = 0;  // Guarded by mutex_, and so is what follows.
  bool dirty_ = false;    // Something was written since the last sync.
  bool stopping_ = false;
  absl::Status frozen_;  // OK: not frozen.
  std::thread thread_;   // The last member: it uses those above.
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_COMMIT_HIGH_WATER_FILE_H_

// What each owner may upload: so many files at once, and so many bytes a day (UTC). Known again
// after a restart from the sessions that are stored; of those that were dropped since, no more.
#ifndef ONERETURN_SERVICES_INGESTION_APP_FILES_UPLOAD_SHARES_H_
#define ONERETURN_SERVICES_INGESTION_APP_FILES_UPLOAD_SHARES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "common/clock/clock.h"
#include "common/rpc/limits.h"
#include "common/storage/store.h"

namespace onereturn::ingestion {

struct UploadShare {
  size_t at_once = limits::kUploadsAtOnce;
  uint64_t bytes_a_day = limits::kUploadBytesADay;

  static UploadShare National() {
    return {limits::kNationalUploadsAtOnce, limits::kNationalUploadBytesADay};
  }
};

// Thread safe. An owner is as of Uploads.
class UploadShares {
 public:
  explicit UploadShares(const Clock* clock) : clock_(clock) {}

  // Takes up what the store holds. Before the first call.
  absl::Status Load(const Store& store);

  // A session is to be made, or is open already and goes on as it is. ORG_QUOTA, with the time to
  // wait, when the owner has as many files open as it may. After OK one of the two below follows;
  // several may begin one session at once.
  absl::Status Begin(const std::string& owner, const std::string& id, uint64_t size_bytes,
                     const UploadShare& share);
  // It is there, and holds so much of its file.
  void Begun(const std::string& owner, const std::string& id, uint64_t size_bytes,
             uint64_t held_bytes);
  // It was refused: unless it is there by another's doing, or may still come to be, it is not open.
  void NotBegun(const std::string& owner, const std::string& id);
  // Counts the bytes. ORG_QUOTA when they are more than are left of the day; the time to wait is
  // until midnight UTC.
  absl::Status Write(const std::string& owner, uint64_t bytes, const UploadShare& share);
  // The session holds so much of its file: all of it ends the session.
  void Wrote(const std::string& owner, const std::string& id, uint64_t held_bytes);
  // The session is gone.
  void End(const std::string& owner, const std::string& id);

 private:
  struct Session {
    uint64_t size_bytes = 0;
    int64_t written_micros = 0;
    int beginning = 0;     // How many have begun it and know no answer.
    bool is_there = true;  // Not only begun.
  };
  struct Owner {
    std::map<std::string, Session> open;  // By id.
    int64_t day = 0;
    uint64_t bytes = 0;  // Of the day.
  };

  const Clock* const clock_;
  std::mutex mutex_;
  std::map<std::string, Owner> owners_;  // Guarded by mutex_.
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_FILES_UPLOAD_SHARES_H_

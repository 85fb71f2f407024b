// Uploading a file: sessions that survive a restart, resume at an offset and expire.
#ifndef ONERETURN_SERVICES_INGESTION_APP_FILES_UPLOADS_H_
#define ONERETURN_SERVICES_INGESTION_APP_FILES_UPLOADS_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/clock/clock.h"
#include "common/commit/committer.h"
#include "common/digest/digest.h"
#include "common/storage/store.h"
#include "services/ingestion/store/upload_table.h"

namespace onereturn::ingestion {

inline constexpr uint64_t kMaxFileBytes = 256ull * 1024 * 1024;
inline constexpr int64_t kUploadLifeMicros = 24ll * 3600 * 1'000'000;

// The name of an upload's session: the owner's request id always leads to the same.
std::string UploadKeyOf(const std::string& owner, const std::string& request_id);

struct UploadState {
  std::string id;
  uint64_t held_bytes = 0;
};

using UploadDone = std::function<void(absl::StatusOr<UploadState> state)>;

// Thread safe. `owner` is the caller's organisation, or its SPIFFE id at national scope: only the
// owner may write and use an upload, for any other it is not there.
class Uploads {
 public:
  Uploads(const Store* store, Committer* committer, const Clock* clock)
      : store_(store), committer_(committer), clock_(clock) {}

  // An expired session of the same id begins again. Errors: REQUEST_ID, RANGE (size), FIELD_INVALID
  // (digest), REQUEST_ID_REUSED (same id, another file).
  void Create(const std::string& owner, const std::string& request_id, uint64_t size_bytes,
              const std::string& digest, UploadDone done) const;

  // Errors: NOT_FOUND, UPLOAD_EXPIRED, CHUNK_OFFSET, LENGTH, DIGEST_MISMATCH (at the last piece;
  // nothing is kept).
  void Write(const std::string& owner, const std::string& id, uint64_t offset,
             absl::string_view data, UploadDone done) const;

  // A complete upload of the owner. NOT_FOUND, UPLOAD_EXPIRED, UPLOAD_INCOMPLETE.
  absl::StatusOr<StoredUpload> Complete(const std::string& owner, const std::string& id) const;

  // Does an upload of the owner, complete or not, hold a file of which something was accepted?
  // NOT_FOUND, UPLOAD_EXPIRED.
  absl::StatusOr<bool> WasTaken(const std::string& owner, const std::string& id) const;

  // Removes sessions that have expired and hold no accepted file. For the service's scheduler.
  absl::Status Sweep() const;

 private:
  // Had no write for too long. An upload that holds an accepted file never expires.
  absl::StatusOr<bool> Expired(const std::string& id,
                               const storage::v1::UploadRecord& record) const;
  absl::StatusOr<bool> HoldsFile(const std::string& id,
                                 const storage::v1::UploadRecord& record) const;
  absl::StatusOr<StoredUpload> Find(const std::string& owner, const std::string& id) const;
  absl::Status CheckFile(const std::string& id, const storage::v1::UploadRecord& record,
                         absl::string_view last_piece) const;

  const Store* const store_;
  Committer* const committer_;
  const Clock* const clock_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_FILES_UPLOADS_H_

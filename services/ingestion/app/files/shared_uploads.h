// Uploads within what their owner may have of the service.
#ifndef ONERETURN_SERVICES_INGESTION_APP_FILES_SHARED_UPLOADS_H_
#define ONERETURN_SERVICES_INGESTION_APP_FILES_SHARED_UPLOADS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/clock/clock.h"
#include "common/identity/organisation_scope.h"
#include "common/storage/store.h"
#include "services/ingestion/app/files/upload_shares.h"
#include "services/ingestion/app/files/uploads.h"

namespace onereturn::ingestion {

// Who uploads: an owner as of Uploads, and the scope of which its share is.
struct Uploader {
  std::string owner;
  OrganisationScope scope = OrganisationScope::National();
};

// Thread safe.
class SharedUploads {
 public:
  // Both must outlive it, and what is begun.
  SharedUploads(const Uploads* uploads, const Clock* clock) : uploads_(uploads), shares_(clock) {}

  // Takes up what was uploaded before the start. Before the first call.
  absl::Status Load(const Store& store) { return shares_.Load(store); }

  // As Uploads::Create and Write; also ORG_QUOTA with the time to wait, and nothing is written.
  void Create(const Uploader& who, const std::string& request_id, uint64_t size_bytes,
              const std::string& digest, UploadDone done);
  void Write(const Uploader& who, const std::string& id, uint64_t offset, absl::string_view data,
             UploadDone done);
  // As Uploads::WasTaken.
  absl::StatusOr<bool> WasTaken(const Uploader& who, const std::string& id) const {
    return uploads_->WasTaken(who.owner, id);
  }

 private:
  const Uploads* const uploads_;
  UploadShares shares_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_FILES_SHARED_UPLOADS_H_

#include "services/ingestion/app/files/shared_uploads.h"

#include <utility>

namespace onereturn::ingestion {
namespace {

UploadShare ShareOf(const Uploader& who) {
  return who.scope.national() ? UploadShare::National() : UploadShare();
}

}  // namespace

void SharedUploads::Create(const Uploader& who, const std::string& request_id, uint64_t size_bytes,
                           const std::string& digest, UploadDone done) {
  const std::string id = UploadKeyOf(who.owner, request_id);
  const absl::Status begun = shares_.Begin(who.owner, id, size_bytes, ShareOf(who));
  if (!begun.ok()) return done(begun);
  uploads_->Create(who.owner, request_id, size_bytes, digest,
                   [this, owner = who.owner, id, size_bytes,
                    done = std::move(done)](absl::StatusOr<UploadState> state) {
                     if (state.ok()) shares_.Begun(owner, id, size_bytes, state->held_bytes);
                     if (!state.ok()) shares_.NotBegun(owner, id);
                     done(std::move(state));
                   });
}

void SharedUploads::Write(const Uploader& who, const std::string& id, uint64_t offset,
                          absl::string_view data, UploadDone done) {
  if (absl::Status share = shares_.Write(who.owner, data.size(), ShareOf(who)); !share.ok()) {
    return done(share);
  }
  uploads_->Write(
      who.owner, id, offset, data,
      [this, owner = who.owner, id, done = std::move(done)](absl::StatusOr<UploadState> state) {
        if (state.ok()) shares_.Wrote(owner, id, state->held_bytes);
        if (absl::IsDataLoss(state.status())) shares_.End(owner, id);  // It was dropped.
        done(std::move(state));
      });
}

}  // namespace onereturn::ingestion

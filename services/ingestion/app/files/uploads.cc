#include "services/ingestion/app/files/uploads.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/failpoint.h"
#include "common/commit/request_id.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn::ingestion {
namespace {

bool IsComplete(const storage::v1::UploadRecord& record) {
  return record.held_bytes() == record.size_bytes();
}

}  // namespace

std::string UploadKeyOf(const std::string& owner, const std::string& request_id) {
  // A natural key, short enough for a name.
  return DigestToHex(Sha256Concatenated({owner, absl::string_view("\0", 1), request_id}))
      .substr(0, 32);
}

void Uploads::Create(const std::string& owner, const std::string& request_id, uint64_t size_bytes,
                     const std::string& digest, UploadDone done) const {
  if (absl::Status id = CheckRequestId(request_id); !id.ok()) return done(id);
  if (size_bytes == 0 || size_bytes > kMaxFileBytes) {
    return done(Error(Reason::kRange, absl::StrCat("a file has 1 to ", kMaxFileBytes, " bytes"))
                    .Field("size_bytes", absl::StrCat("must be 1 to ", kMaxFileBytes)));
  }
  absl::StatusOr<Digest> file_digest = DigestFromBytes(digest);
  if (!file_digest.ok()) {
    return done(Error(Reason::kFieldInvalid, "the digest is not a SHA-256")
                    .Field("digest", "must have 32 bytes"));
  }
  UploadState state{UploadKeyOf(owner, request_id), 0};
  absl::StatusOr<std::optional<StoredUpload>> known = FindUpload(*store_, state.id);
  if (!known.ok()) return done(known.status());
  PlainWrite write;
  write.read_set = {NoUploadCheck(state.id)};
  if (known->has_value()) {
    absl::StatusOr<bool> expired = Expired(state.id, (*known)->record);
    if (!expired.ok()) return done(expired.status());
    if (*expired) {
      // As if the sweep had been here.
      write.read_set = {(*known)->check};
      DeleteUpload(state.id, &write.batch);
      known->reset();
    }
  }
  if (known->has_value()) {
    const storage::v1::UploadRecord& record = (*known)->record;
    if (record.size_bytes() != size_bytes || record.digest() != digest) {
      return done(
          Error(Reason::kRequestIdReused, "the request_id belongs to the upload of another file"));
    }
    state.held_bytes = record.held_bytes();
    return done(state);
  }
  storage::v1::UploadRecord record;
  record.set_organisation(owner);
  record.set_size_bytes(size_bytes);
  record.set_digest(digest);
  record.set_last_write_micros(clock_->Now().micros);
  PutUpload(state.id, record, &write.batch);
  write.done = [state, done](absl::Status status) {
    status.ok() ? done(state) : done(std::move(status));
  };
  if (absl::Status queued = committer_->Write(std::move(write)); !queued.ok()) done(queued);
}

absl::StatusOr<bool> Uploads::Expired(const std::string& id,
                                      const storage::v1::UploadRecord& record) const {
  if (clock_->Now().micros - record.last_write_micros() <= kUploadLifeMicros) return false;
  ASSIGN_OR_RETURN(const bool holds_file, HoldsFile(id, record));
  return !holds_file;
}

absl::StatusOr<bool> Uploads::HoldsFile(const std::string& id,
                                        const storage::v1::UploadRecord& record) const {
  ASSIGN_OR_RETURN(const Digest digest, DigestFromBytes(record.digest()));
  ASSIGN_OR_RETURN(const ReadCheck holder, HolderCheck(*store_, digest));
  return holder.expected == id;
}

absl::StatusOr<bool> Uploads::WasTaken(const std::string& owner, const std::string& id) const {
  ASSIGN_OR_RETURN(const StoredUpload upload, Find(owner, id));
  return HoldsFile(id, upload.record);
}

absl::StatusOr<StoredUpload> Uploads::Find(const std::string& owner, const std::string& id) const {
  ASSIGN_OR_RETURN(std::optional<StoredUpload> upload, FindUpload(*store_, id));
  if (!upload.has_value() || upload->record.organisation() != owner) return NotFound();
  ASSIGN_OR_RETURN(const bool expired, Expired(id, upload->record));
  if (expired) {
    return Error(Reason::kUploadExpired,
                 "the upload had no write for 24 hours: begin again with a new request_id");
  }
  return *std::move(upload);
}

void Uploads::Write(const std::string& owner, const std::string& id, uint64_t offset,
                    absl::string_view data, UploadDone done) const {
  absl::StatusOr<StoredUpload> upload = Find(owner, id);
  if (!upload.ok()) return done(upload.status());
  storage::v1::UploadRecord record = upload->record;
  UploadState state{id, record.held_bytes()};
  if (offset <= record.held_bytes() && data.size() <= record.held_bytes() - offset) {
    return done(state);  // Held already: a repeat.
  }
  if (offset != record.held_bytes()) {
    return done(Error(Reason::kChunkOffset,
                      absl::StrCat("the upload goes on at byte ", record.held_bytes()))
                    .With("held_bytes", static_cast<int64_t>(record.held_bytes()))
                    .Field("offset", absl::StrCat("must be ", record.held_bytes())));
  }
  const uint64_t expected = std::min(kFilePieceBytes, record.size_bytes() - offset);
  if (data.size() != expected) {
    return done(Error(Reason::kLength, absl::StrCat("this piece must have ", expected, " bytes"))
                    .Field("data", absl::StrCat("must have ", expected, " bytes")));
  }
  record.set_held_bytes(offset + data.size());
  record.set_last_write_micros(clock_->Now().micros);
  PlainWrite write;
  write.read_set = {upload->check};
  absl::Status checked = absl::OkStatus();
  if (IsComplete(record)) checked = CheckFile(id, record, data);
  if (checked.ok()) {
    PutFilePiece(id, offset / kFilePieceBytes, data, &write.batch);
    PutUpload(id, record, &write.batch);
  } else {
    DeleteUpload(id, &write.batch);
  }
  if (IsComplete(record)) {
    ONERETURN_FAILPOINT(kUploadLastChunk);
  } else {
    ONERETURN_FAILPOINT(kUploadMidChunk);
  }
  state.held_bytes = record.held_bytes();
  write.done = [state, checked, done](absl::Status status) {
    if (status.ok()) status = checked;
    status.ok() ? done(state) : done(std::move(status));
  };
  if (absl::Status queued = committer_->Write(std::move(write)); !queued.ok()) done(queued);
}

absl::Status Uploads::CheckFile(const std::string& id, const storage::v1::UploadRecord& record,
                                absl::string_view last_piece) const {
  Sha256Stream stream;
  RETURN_IF_ERROR(
      ReadFile(*store_, id, record.size_bytes() - last_piece.size(), [&](absl::string_view bytes) {
        stream.Update(bytes);
        return absl::OkStatus();
      }));
  stream.Update(last_piece);
  const Digest digest = stream.Finish();
  if (DigestBytes(digest) == record.digest()) return absl::OkStatus();
  return Error(
      Reason::kDigestMismatch,
      "the bytes that came are not those of the digest: nothing was kept, send the file again");
}

absl::StatusOr<StoredUpload> Uploads::Complete(const std::string& owner,
                                               const std::string& id) const {
  ASSIGN_OR_RETURN(StoredUpload upload, Find(owner, id));
  if (IsComplete(upload.record)) return upload;
  return Error(Reason::kUploadIncomplete,
               absl::StrCat("the upload holds ", upload.record.held_bytes(), " of ",
                            upload.record.size_bytes(), " bytes: go on from there"))
      .With("held_bytes", static_cast<int64_t>(upload.record.held_bytes()));
}

absl::Status Uploads::Sweep() const {
  std::vector<std::string> expired;
  RETURN_IF_ERROR(VisitUploads(
      *store_,
      [&](const std::string& id, const storage::v1::UploadRecord& record) -> absl::StatusOr<bool> {
        ASSIGN_OR_RETURN(const bool is_expired, Expired(id, record));
        if (is_expired) expired.push_back(id);
        return true;
      }));
  for (const std::string& id : expired) {
    ASSIGN_OR_RETURN(std::optional<StoredUpload> upload, FindUpload(*store_, id));
    if (!upload.has_value()) continue;
    PlainWrite removal;
    // Written to since it was read, or kept by a return: then it stays.
    ASSIGN_OR_RETURN(const Digest digest, DigestFromBytes(upload->record.digest()));
    ASSIGN_OR_RETURN(ReadCheck holder, HolderCheck(*store_, digest));
    removal.read_set = {std::move(upload->check), std::move(holder)};
    ASSIGN_OR_RETURN(const bool still, Expired(id, upload->record));
    if (!still) continue;
    DeleteUpload(id, &removal.batch);
    removal.done = [](const absl::Status& /*status*/) {};
    RETURN_IF_ERROR(committer_->Write(std::move(removal)));
  }
  return absl::OkStatus();
}

}  // namespace onereturn::ingestion

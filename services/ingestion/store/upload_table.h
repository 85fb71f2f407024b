// Uploaded files: sessions that survive a restart, and the bytes.
#ifndef ONERETURN_SERVICES_INGESTION_STORE_UPLOAD_TABLE_H_
#define ONERETURN_SERVICES_INGESTION_STORE_UPLOAD_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/commit/committer.h"
#include "common/digest/digest.h"
#include "common/storage/reader.h"
#include "common/storage/write_batch.h"
#include "onereturn/storage/v1/records.pb.h"

namespace onereturn::ingestion {

// A file is kept in pieces of this size; only the last is shorter.
inline constexpr uint64_t kFilePieceBytes = 64 * 1024;

struct StoredUpload {
  storage::v1::UploadRecord record;
  ReadCheck check;  // That the session is still as read.
};

// nullopt when there is no such upload.
absl::StatusOr<std::optional<StoredUpload>> FindUpload(const Reader& reader, absl::string_view id);
// The check that there is no such upload yet.
ReadCheck NoUploadCheck(absl::string_view id);

// Which upload holds the accepted file with the digest: `expected` is its id, or nullopt.
absl::StatusOr<ReadCheck> HolderCheck(const Reader& reader, const Digest& digest);

// The pieces of an upload in order. DATA_LOSS when one is missing.
absl::Status ReadFile(const Reader& reader, absl::string_view id, uint64_t size_bytes,
                      absl::FunctionRef<absl::Status(absl::string_view bytes)> take);

// Every upload session, in order of id, until `visit` answers false.
absl::Status VisitUploads(
    const Reader& reader,
    absl::FunctionRef<absl::StatusOr<bool>(const std::string& id, const storage::v1::UploadRecord&)>
        visit);

void PutUpload(absl::string_view id, const storage::v1::UploadRecord& record, WriteBatch* batch);
void PutFilePiece(absl::string_view id, uint64_t index, absl::string_view bytes, WriteBatch* batch);
void PutFileOf(const Digest& digest, absl::string_view id, WriteBatch* batch);
void DeleteUpload(absl::string_view id, WriteBatch* batch);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_STORE_UPLOAD_TABLE_H_

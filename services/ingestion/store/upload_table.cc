#include "services/ingestion/store/upload_table.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "common/storage/key_codec.h"
#include "services/ingestion/store/families.h"

namespace onereturn::ingestion {
namespace {

constexpr uint8_t kFileHead = 4;

std::string UploadKey(absl::string_view id) { return KeyWriter().String(id).Take(); }

std::string PieceKey(absl::string_view id, uint64_t index) {
  return KeyWriter().String(id).U32(static_cast<uint32_t>(index)).Take();
}

std::string FileKey(const Digest& digest) {
  return KeyWriter().U8(kFileHead).Fixed(DigestBytes(digest)).Take();
}

}  // namespace

absl::StatusOr<std::optional<StoredUpload>> FindUpload(const Reader& reader, absl::string_view id) {
  StoredUpload upload{{}, NoUploadCheck(id)};
  ASSIGN_OR_RETURN(upload.check.expected, reader.Get(Family::kUploads, upload.check.key));
  if (!upload.check.expected.has_value()) return std::optional<StoredUpload>();
  if (!upload.record.ParseFromString(*upload.check.expected)) {
    return absl::DataLossError("a stored upload cannot be read");
  }
  return std::optional<StoredUpload>(std::move(upload));
}

ReadCheck NoUploadCheck(absl::string_view id) {
  return ReadCheck{Family::kUploads, UploadKey(id), std::nullopt};
}

absl::StatusOr<ReadCheck> HolderCheck(const Reader& reader, const Digest& digest) {
  ReadCheck check{Family::kHeads, FileKey(digest), std::nullopt};
  ASSIGN_OR_RETURN(check.expected, reader.Get(check.family, check.key));
  return check;
}

absl::Status ReadFile(const Reader& reader, absl::string_view id, uint64_t size_bytes,
                      absl::FunctionRef<absl::Status(absl::string_view bytes)> take) {
  uint64_t read = 0;
  for (uint64_t index = 0; read < size_bytes; ++index) {
    ASSIGN_OR_RETURN(std::optional<std::string> piece,
                     reader.GetOnce(Family::kFiles, PieceKey(id, index)));
    if (!piece.has_value() || piece->empty()) {
      return absl::DataLossError(absl::StrCat("piece ", index, " of a stored file is missing"));
    }
    read += piece->size();
    RETURN_IF_ERROR(take(*piece));
  }
  return absl::OkStatus();
}

absl::Status VisitUploads(
    const Reader& reader,
    absl::FunctionRef<absl::StatusOr<bool>(const std::string& id, const storage::v1::UploadRecord&)>
        visit) {
  return reader.ForEach(
      Family::kUploads, "", "",
      [&](absl::string_view key, absl::string_view value) -> absl::StatusOr<bool> {
        ASSIGN_OR_RETURN(std::string id, KeyReader(key).String());
        storage::v1::UploadRecord record;
        if (!record.ParseFromString(std::string(value))) {
          return absl::DataLossError("a stored upload cannot be read");
        }
        return visit(id, record);
      });
}

void PutUpload(absl::string_view id, const storage::v1::UploadRecord& record, WriteBatch* batch) {
  batch->Put(Family::kUploads, UploadKey(id), record.SerializeAsString());
}

void PutFilePiece(absl::string_view id, uint64_t index, absl::string_view bytes,
                  WriteBatch* batch) {
  batch->Put(Family::kFiles, PieceKey(id, index), bytes);
}

void PutFileOf(const Digest& digest, absl::string_view id, WriteBatch* batch) {
  batch->Put(Family::kHeads, FileKey(digest), id);
}

void DeleteUpload(absl::string_view id, WriteBatch* batch) {
  batch->Delete(Family::kUploads, UploadKey(id));
  batch->DeleteRange(Family::kFiles, UploadKey(id), PrefixUpperBound(UploadKey(id)));
}

}  // namespace onereturn::ingestion

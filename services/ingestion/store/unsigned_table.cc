#include "services/ingestion/store/unsigned_table.h"

#include <optional>
#include <utility>

#include "common/status/status_macros.h"
#include "common/storage/key_codec.h"
#include "services/ingestion/store/families.h"

namespace onereturn::ingestion {
namespace {

constexpr uint8_t kSubmission = 0x10;
constexpr uint8_t kDraft = 0x11;

std::string UnsignedKey(uint8_t kind, const ReturnKey& key) {
  return KeyWriter()
      .U8(kind)
      .String(key.organisation)
      .String(key.collection)
      .String(key.period)
      .Take();
}

absl::StatusOr<ReturnKey> DecodeUnsigned(absl::string_view stored) {
  KeyReader reader(stored);
  ReturnKey key;
  RETURN_IF_ERROR(reader.U8().status());
  ASSIGN_OR_RETURN(key.organisation, reader.String());
  ASSIGN_OR_RETURN(key.collection, reader.String());
  ASSIGN_OR_RETURN(key.period, reader.String());
  RETURN_IF_ERROR(reader.Finish());
  return key;
}

absl::Status VisitKind(
    const Reader& reader, uint8_t kind, const OrganisationScope& scope, absl::string_view after,
    absl::FunctionRef<absl::StatusOr<bool>(const ReturnKey& key, absl::string_view value)> visit) {
  const std::string prefix = KeyWriter().U8(kind).Take();
  const std::string upper = PrefixUpperBound(prefix);
  std::string lower = after.empty() ? prefix : PrefixUpperBound(prefix + std::string(after));
  while (true) {
    ASSIGN_OR_RETURN(std::optional<StoredEntry> next,
                     reader.SeekFirst(Family::kHeads, lower, upper));
    if (!next.has_value()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const ReturnKey key, DecodeUnsigned(next->key));
    if (!scope.Covers(key.organisation)) {
      const std::string covered = scope.FirstFrom(key.organisation);
      if (covered.empty()) return absl::OkStatus();
      lower = KeyWriter().U8(kind).String(covered).Take();
      continue;
    }
    ASSIGN_OR_RETURN(const bool more, visit(key, next->value));
    if (!more) return absl::OkStatus();
    lower = PrefixUpperBound(next->key);
  }
}

}  // namespace

absl::StatusOr<HeldSubmission> SubmissionOf(const Reader& reader, const ReturnKey& key) {
  HeldSubmission submission{{},
                            ReadCheck{Family::kHeads, UnsignedKey(kSubmission, key), std::nullopt}};
  ASSIGN_OR_RETURN(submission.check.expected, reader.Get(Family::kHeads, submission.check.key));
  if (submission.check.expected.has_value() &&
      !submission.record.ParseFromString(*submission.check.expected)) {
    return absl::DataLossError("a stored submission cannot be read");
  }
  return submission;
}

void PutSubmission(const ReturnKey& key, const storage::v1::SubmissionRecord& record,
                   WriteBatch* batch) {
  batch->Put(Family::kHeads, UnsignedKey(kSubmission, key), record.SerializeAsString());
}

void DropSubmission(const ReturnKey& key, WriteBatch* batch) {
  batch->Delete(Family::kHeads, UnsignedKey(kSubmission, key));
}

absl::StatusOr<HeldDraft> DraftOf(const Reader& reader, const ReturnKey& key) {
  HeldDraft draft{0, ReadCheck{Family::kHeads, UnsignedKey(kDraft, key), std::nullopt}};
  ASSIGN_OR_RETURN(draft.check.expected, reader.Get(Family::kHeads, draft.check.key));
  if (draft.check.expected.has_value()) {
    ASSIGN_OR_RETURN(draft.sequence, KeyReader(*draft.check.expected).U64());
  }
  return draft;
}

void PutDraft(const ReturnKey& key, uint64_t sequence, WriteBatch* batch) {
  batch->Put(Family::kHeads, UnsignedKey(kDraft, key), KeyWriter().U64(sequence).Take());
}

void DropDraft(const ReturnKey& key, WriteBatch* batch) {
  batch->Delete(Family::kHeads, UnsignedKey(kDraft, key));
}

absl::Status VisitSubmissions(
    const Reader& reader, const OrganisationScope& scope, absl::string_view after,
    absl::FunctionRef<absl::StatusOr<bool>(const ReturnKey& key,
                                           const storage::v1::SubmissionRecord& record)>
        visit) {
  return VisitKind(reader, kSubmission, scope, after,
                   [&](const ReturnKey& key, absl::string_view value) -> absl::StatusOr<bool> {
                     storage::v1::SubmissionRecord record;
                     if (!record.ParseFromString(std::string(value))) {
                       return absl::DataLossError("a stored submission cannot be read");
                     }
                     return visit(key, record);
                   });
}

absl::Status VisitDrafts(
    const Reader& reader, const OrganisationScope& scope, absl::string_view after,
    absl::FunctionRef<absl::StatusOr<bool>(const ReturnKey& key, uint64_t sequence)> visit) {
  return VisitKind(reader, kDraft, scope, after,
                   [&](const ReturnKey& key, absl::string_view value) -> absl::StatusOr<bool> {
                     ASSIGN_OR_RETURN(const uint64_t sequence, KeyReader(value).U64());
                     return visit(key, sequence);
                   });
}

std::string UnsignedKeyText(const ReturnKey& key) {
  return KeyWriter().String(key.organisation).String(key.collection).String(key.period).Take();
}

}  // namespace onereturn::ingestion

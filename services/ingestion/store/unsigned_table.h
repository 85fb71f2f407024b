// What is not accepted yet: submissions that wait for signatures or were sent back, and drafts, at
// most one of each a return. Lists take the caller's scope: what lies outside it is as if it were
// not there.
#ifndef ONERETURN_SERVICES_INGESTION_STORE_UNSIGNED_TABLE_H_
#define ONERETURN_SERVICES_INGESTION_STORE_UNSIGNED_TABLE_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/commit/committer.h"
#include "common/identity/organisation_scope.h"
#include "common/storage/reader.h"
#include "common/storage/write_batch.h"
#include "onereturn/storage/v1/records.pb.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {

struct HeldSubmission {
  storage::v1::SubmissionRecord record;  // Sequence 0: there is none.
  ReadCheck check;                       // That it is still so.

  bool held() const { return record.sequence() != 0; }
  bool waits() const { return held() && record.ended_sequence() == 0; }
};
absl::StatusOr<HeldSubmission> SubmissionOf(const Reader& reader, const ReturnKey& key);
void PutSubmission(const ReturnKey& key, const storage::v1::SubmissionRecord& record,
                   WriteBatch* batch);
void DropSubmission(const ReturnKey& key, WriteBatch* batch);

struct HeldDraft {
  uint64_t sequence = 0;  // Of its entry; 0: there is none.
  ReadCheck check;
};
absl::StatusOr<HeldDraft> DraftOf(const Reader& reader, const ReturnKey& key);
void PutDraft(const ReturnKey& key, uint64_t sequence, WriteBatch* batch);
void DropDraft(const ReturnKey& key, WriteBatch* batch);

// In order of organisation, collection, period, after `after` (an earlier key's text from
// UnsignedKeyText; empty: from the first), until `visit` answers false.
absl::Status VisitSubmissions(
    const Reader& reader, const OrganisationScope& scope, absl::string_view after,
    absl::FunctionRef<absl::StatusOr<bool>(const ReturnKey& key,
                                           const storage::v1::SubmissionRecord& record)>
        visit);
absl::Status VisitDrafts(
    const Reader& reader, const OrganisationScope& scope, absl::string_view after,
    absl::FunctionRef<absl::StatusOr<bool>(const ReturnKey& key, uint64_t sequence)> visit);
std::string UnsignedKeyText(const ReturnKey& key);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_STORE_UNSIGNED_TABLE_H_

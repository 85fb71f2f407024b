// What waits to be accepted, read back from its entries and named.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RETURNS_SUBMITTED_RETURN_H_
#define ONERETURN_SERVICES_INGESTION_APP_RETURNS_SUBMITTED_RETURN_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/storage/reader.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/returns/v1/submission.pb.h"
#include "onereturn/storage/v1/records.pb.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {

// The stored entry at `sequence`, which must be of this kind, and its fact. DATA_LOSS otherwise.
template <typename Fact>
struct ReadFact {
  feed::v1::Entry entry;
  Fact fact;
};
absl::StatusOr<ReadFact<feed::v1::ReturnSubmitted>> SubmittedAt(const Reader& reader,
                                                                uint64_t sequence);
absl::StatusOr<ReadFact<feed::v1::ReturnDrafted>> DraftedAt(const Reader& reader,
                                                            uint64_t sequence);

// A submission as callers see it when nobody has signed it yet. DATA_LOSS for another entry.
absl::StatusOr<returns::v1::Submission> SubmissionOfEntry(const std::string& entry_bytes);
// The same with its signatures and its end, as the record has them.
absl::StatusOr<returns::v1::Submission> LoadSubmission(const Reader& reader,
                                                       const storage::v1::SubmissionRecord& record);

returns::v1::Draft DraftMessage(const feed::v1::Entry& entry, const feed::v1::ReturnDrafted& fact);

// "organisations/RLQ/returns/MSitAE.2024-03/submission", ".../draft".
std::string SubmissionName(const ReturnKey& key);
std::string DraftName(const ReturnKey& key);
// NOT_FOUND for a name of another form: nothing can have it.
absl::StatusOr<ReturnKey> ParseSubmissionName(absl::string_view name);
absl::StatusOr<ReturnKey> ParseDraftName(absl::string_view name);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RETURNS_SUBMITTED_RETURN_H_

#include "services/ingestion/app/returns/submitted_return.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/commit/journal.h"
#include "common/feed/wire.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/returns/accepted_return.h"
#include "services/ingestion/app/returns/read_returns.h"

namespace onereturn::ingestion {
namespace {

constexpr char kSubmissionEnding[] = "/submission";
constexpr char kDraftEnding[] = "/draft";

template <typename Fact>
absl::StatusOr<ReadFact<Fact>> FactAt(const Reader& reader, uint64_t sequence,
                                      feed::v1::EntryKind kind) {
  ASSIGN_OR_RETURN(const std::string bytes, EntryBytes(reader, sequence));
  ReadFact<Fact> read;
  if (!read.entry.ParseFromString(bytes) || read.entry.kind() != kind ||
      !read.fact.ParseFromString(read.entry.fact())) {
    return absl::DataLossError("a stored entry is not what was kept of a return");
  }
  return read;
}

returns::v1::Submission MessageOf(const feed::v1::Entry& entry,
                                  const feed::v1::ReturnSubmitted& fact) {
  const feed::v1::ReturnAccepted& content = fact.content();
  const ReturnKey key{content.collection(), content.period(), content.organisation()};
  returns::v1::Submission message;
  message.set_name(SubmissionName(key));
  message.set_organisation(key.organisation);
  message.set_collection(key.collection);
  message.set_period(key.period);
  message.set_state(returns::v1::SUBMISSION_STATE_WAITING);
  message.set_cell_digest(content.cell_digest());
  message.set_cell_count(content.cell_count());
  message.set_revision(content.revision());
  message.set_status(content.status());
  message.set_collection_version(content.collection_version());
  message.set_verdict(content.verdict());
  *message.mutable_explanations() = content.explanations();
  message.set_reason(content.reason());
  message.set_reason_text(content.reason_text());
  message.set_nil(content.nil());
  message.set_restored_revision(content.restored_revision());
  message.set_levels(fact.levels());
  message.set_next_level(1);
  *message.add_sign_offs() = SignOffOf(entry, 0);
  *message.mutable_submit_time() = ToWire(Timestamp{entry.time_micros()});
  message.set_sequence(entry.sequence());
  return message;
}

absl::StatusOr<ReturnKey> ParseEnding(absl::string_view name, absl::string_view ending) {
  const absl::string_view whole = name;
  if (!absl::ConsumeSuffix(&name, ending)) return NotFound(whole);
  return ParseReturnKey(name);
}

}  // namespace

absl::StatusOr<ReadFact<feed::v1::ReturnSubmitted>> SubmittedAt(const Reader& reader,
                                                                uint64_t sequence) {
  return FactAt<feed::v1::ReturnSubmitted>(reader, sequence, feed::v1::ENTRY_KIND_RETURN_SUBMITTED);
}

absl::StatusOr<ReadFact<feed::v1::ReturnDrafted>> DraftedAt(const Reader& reader,
                                                            uint64_t sequence) {
  return FactAt<feed::v1::ReturnDrafted>(reader, sequence, feed::v1::ENTRY_KIND_RETURN_DRAFTED);
}

absl::StatusOr<returns::v1::Submission> SubmissionOfEntry(const std::string& entry_bytes) {
  feed::v1::Entry entry;
  feed::v1::ReturnSubmitted fact;
  if (!entry.ParseFromString(entry_bytes) ||
      entry.kind() != feed::v1::ENTRY_KIND_RETURN_SUBMITTED ||
      !fact.ParseFromString(entry.fact())) {
    return absl::DataLossError("a stored entry is not the submission it should be");
  }
  return MessageOf(entry, fact);
}

absl::StatusOr<returns::v1::Submission> LoadSubmission(
    const Reader& reader, const storage::v1::SubmissionRecord& record) {
  ASSIGN_OR_RETURN(const auto submitted, SubmittedAt(reader, record.sequence()));
  returns::v1::Submission message = MessageOf(submitted.entry, submitted.fact);
  uint32_t level = 0;
  for (const uint64_t sequence : record.signed_sequences()) {
    ASSIGN_OR_RETURN(const auto read, FactAt<feed::v1::ReturnSigned>(
                                          reader, sequence, feed::v1::ENTRY_KIND_RETURN_SIGNED));
    *message.add_sign_offs() = SignOffOf(read.entry, ++level);
  }
  message.set_next_level(level + 1);
  if (record.ended_sequence() != 0) {
    ASSIGN_OR_RETURN(const auto ended,
                     FactAt<feed::v1::SubmissionEnded>(reader, record.ended_sequence(),
                                                       feed::v1::ENTRY_KIND_SUBMISSION_ENDED));
    message.set_state(ended.fact.state());
    message.set_sent_back_reason(ended.fact.reason());
    message.set_next_level(0);
  }
  return message;
}

returns::v1::Draft DraftMessage(const feed::v1::Entry& entry, const feed::v1::ReturnDrafted& fact) {
  const ReturnKey key{fact.collection(), fact.period(), fact.organisation()};
  returns::v1::Draft message;
  message.set_name(DraftName(key));
  message.set_organisation(key.organisation);
  message.set_collection(key.collection);
  message.set_period(key.period);
  message.set_cell_count(fact.cell_count());
  message.set_cell_digest(fact.cell_digest());
  *message.mutable_save_time() = ToWire(Timestamp{entry.time_micros()});
  message.set_sequence(entry.sequence());
  *message.mutable_saved_by() = SignOffOf(entry, 0);
  message.set_etag(EtagOf(entry.sequence()));
  return message;
}

std::string SubmissionName(const ReturnKey& key) {
  return absl::StrCat(ReturnName(key), kSubmissionEnding);
}

std::string DraftName(const ReturnKey& key) { return absl::StrCat(ReturnName(key), kDraftEnding); }

absl::StatusOr<ReturnKey> ParseSubmissionName(absl::string_view name) {
  return ParseEnding(name, kSubmissionEnding);
}

absl::StatusOr<ReturnKey> ParseDraftName(absl::string_view name) {
  return ParseEnding(name, kDraftEnding);
}

}  // namespace onereturn::ingestion

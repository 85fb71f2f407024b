#include "services/ingestion/app/returns/submit_return.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/returns/accepted_return.h"
#include "services/ingestion/app/returns/chunk_writing.h"
#include "services/ingestion/app/returns/held_content.h"
#include "services/ingestion/app/returns/submitted_return.h"
#include "services/ingestion/app/timetable/window_admission.h"
#include "services/ingestion/domain/sign_off.h"
#include "services/ingestion/store/unsigned_table.h"
#include "services/ingestion/store/upload_table.h"

namespace onereturn::ingestion {
namespace {

// A return that no rule refuses, and what it meets.
struct ValidReturn {
  const ReturnSubmission& submission;
  const Collection& collection;
  const ReturnHeadState& head;
  const Digest& cell_digest;
  returns::v1::RevisionStatus status;
};

// Does the fact say what is submitted? A change of status is to be kept, and so is an explanation
// that is not held yet. Why it was sent again, and what that cost, is no news where nothing else
// is.
bool SaysTheSame(const feed::v1::ReturnAccepted& fact, const ValidReturn& valid) {
  const ReturnSubmission& submission = valid.submission;
  return fact.cell_digest() == DigestBytes(valid.cell_digest) && fact.status() == valid.status &&
         fact.nil() == submission.nil &&
         HoldsExplanations(fact, submission.submission.explanations);
}

absl::StatusOr<bool> IsAsNewest(const Reader& reader, const ValidReturn& valid) {
  const ReturnHeadState& head = valid.head;
  if (head.newest.number == 0 || head.cell_digest != valid.cell_digest) return false;
  ASSIGN_OR_RETURN(const std::string bytes, EntryBytes(reader, head.newest.sequence));
  ASSIGN_OR_RETURN(const feed::v1::ReturnAccepted fact, ReturnOfEntry(bytes));
  return SaysTheSame(fact, valid);
}

absl::StatusOr<bool> IsAsWaiting(const Reader& reader, const ValidReturn& valid,
                                 const HeldSubmission& waiting) {
  if (!waiting.waits()) return false;
  ASSIGN_OR_RETURN(const auto submitted, SubmittedAt(reader, waiting.record.sequence()));
  return submitted.fact.content().revision() == valid.head.newest.number + 1 &&
         SaysTheSame(submitted.fact.content(), valid);
}

absl::StatusOr<Way> WayFor(const Reader& reader, const ValidReturn& valid,
                           const HeldSubmission& waiting) {
  Standing standing;
  standing.levels = valid.collection.sign_off_levels;
  standing.imported = valid.submission.submission.origin == Origin::kImport;
  standing.held = valid.head.newest.number != 0;
  standing.reopened = valid.head.reopened;
  ASSIGN_OR_RETURN(standing.same_as_newest, IsAsNewest(reader, valid));
  ASSIGN_OR_RETURN(standing.same_as_waiting, IsAsWaiting(reader, valid, waiting));
  standing.waiting = waiting.waits();
  standing.asks_reason = valid.collection.asks_revision_reason;
  standing.gives_reason = valid.submission.reason != returns::v1::REVISION_REASON_UNSPECIFIED;
  return WayOf(standing);
}

absl::Status NotReopened(const ReturnKey& key) {
  return Error(Reason::kNotReopened,
               absl::StrCat("the return of ", key.organisation, " for ", key.period,
                            " was signed off: reopen it, with a reason, before it is sent again"))
      .Precondition(ReturnName(key), "is accepted and was not reopened");
}

absl::Status ReasonMissing(const ReturnKey& key) {
  return Error(Reason::kRevisionReason,
               absl::StrCat("the collection ", key.collection, " asks why a return is sent again"))
      .Field("reason", "say why: CORRECTION, REFRESH, LATE_DATA, DEFINITION_CHANGE, ...");
}

// OK for a way that goes on.
absl::Status RefusalOf(Way way, const ReturnKey& key) {
  if (way == Way::kNotReopened) return NotReopened(key);
  return way == Way::kReasonMissing ? ReasonMissing(key) : absl::OkStatus();
}

// The return that an entry holds, accepted or not.
absl::StatusOr<feed::v1::ReturnAccepted> ContentOf(const std::string& entry_bytes, bool* waits) {
  feed::v1::Entry entry;
  feed::v1::ReturnSubmitted submitted;
  *waits =
      entry.ParseFromString(entry_bytes) && entry.kind() == feed::v1::ENTRY_KIND_RETURN_SUBMITTED;
  if (!*waits) return ReturnOfEntry(entry_bytes);
  if (!submitted.ParseFromString(entry.fact())) {
    return absl::DataLossError("a stored entry is not the submission it should be");
  }
  return submitted.content();
}

absl::StatusOr<Decision> AsHeld(const Reader& reader, uint64_t sequence,
                                std::vector<ReadCheck> read_set, ReturnAnswer* answer) {
  ASSIGN_OR_RETURN(const std::string bytes, EntryBytes(reader, sequence));
  ASSIGN_OR_RETURN(answer->fact, ContentOf(bytes, &answer->waits));
  answer->unchanged = true;
  return Unchanged{sequence, std::move(read_set)};
}

// What the caller is told of the accepted entry: of a repeat, what the first was accepted as.
absl::StatusOr<ReturnAnswer> AnswerOf(ReturnAnswer judged, AcceptedFact fact) {
  if (fact.accepted.replayed || fact.unchanged) {
    ASSIGN_OR_RETURN(judged.fact, ContentOf(fact.accepted.receipt.entry, &judged.waits));
  }
  if (fact.accepted.replayed) judged.verdict = static_cast<Verdict>(judged.fact.verdict());
  judged.unchanged = fact.unchanged;
  judged.accepted = std::move(fact.accepted);
  return judged;
}

// Of a return that waits to be signed.
void MakeSubmitted(const ReturnKey& key, uint32_t levels, const feed::v1::ReturnAccepted& content,
                   NewFact* fact) {
  feed::v1::ReturnSubmitted submitted;
  *submitted.mutable_content() = content;
  submitted.set_levels(levels);
  fact->kind = feed::v1::ENTRY_KIND_RETURN_SUBMITTED;
  fact->name = SubmissionName(key);
  fact->fact = submitted.SerializeAsString();
  fact->write = [key](const Placement& placement, WriteBatch* batch) {
    storage::v1::SubmissionRecord record;
    record.set_sequence(placement.sequence);
    PutSubmission(key, record, batch);
  };
}

// Of one that is accepted at once. What waited since the collection asked for signatures is void.
void MakeAccepted(const ReturnKey& key, const feed::v1::ReturnAccepted& content,
                  const Digest& cell_digest, bool void_waiting, NewFact* fact) {
  fact->name = RevisionName(key, content.revision());
  fact->fact = content.SerializeAsString();
  fact->write = [key, revision = content.revision(), cell_digest, void_waiting](
                    const Placement& placement, WriteBatch* batch) {
    PutRevision(key, RevisionPlace{revision, placement.sequence}, cell_digest, batch);
    if (void_waiting) DropSubmission(key, batch);
  };
}

}  // namespace

// A submission on its way, and what was judged of it last.
struct SubmitReturn::Work {
  ReturnSubmission submission;
  ReturnAnswer answer;
};

FactRequest SubmitReturn::RequestOf(const ReturnSubmission& submission) {
  const RequestOrigin& origin = submission.origin;
  FactRequest request{feed::v1::ENTRY_KIND_RETURN_ACCEPTED,
                      origin.actor,
                      submission.submission.organisation,
                      origin.request_id,
                      origin.digest,
                      origin.validate_only,
                      origin.person,
                      origin.role};
  request.derived_id = origin.derived_id;
  request.other_kind = feed::v1::ENTRY_KIND_RETURN_SUBMITTED;
  return request;
}

void SubmitReturn::Run(ReturnSubmission submission, Done done, FactWriter::Again again) const {
  auto work = std::make_shared<Work>(Work{std::move(submission), {}});
  FactRequest request = RequestOf(work->submission);
  writer_->Write(
      std::move(request),
      [this, work](const Snapshot& snapshot) {
        size_t room_bytes = kBatchChunkBytes;
        return Decide(snapshot, work->submission, &room_bytes, &work->answer);
      },
      [work, done = std::move(done)](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
        if (!accepted.ok()) return done(accepted.status());
        if (!accepted->has_value()) return done(std::move(work->answer));
        done(AnswerOf(std::move(work->answer), **std::move(accepted)));
      },
      std::move(again));
}

absl::StatusOr<std::vector<ReadCheck>> SubmitReturn::Admit(const Reader& reader,
                                                           const Collection& collection,
                                                           const Period& period, Origin origin,
                                                           const std::string& organisation) const {
  if (origin == Origin::kImport) return std::vector<ReadCheck>();
  return AdmitToWindow(reader, collection, period, organisation,
                       committer_->LatestPromise().through_time);
}

absl::Status SubmitReturn::CheckHeld(const Reader& reader, const Collection& collection,
                                     const ReturnKey& key, const ReturnSubmission& submission,
                                     const Digest& cell_digest) {
  ASSIGN_OR_RETURN(const ReturnHeadState head, HeadOf(reader, key));
  ASSIGN_OR_RETURN(const HeldSubmission waiting, SubmissionOf(reader, key));
  ASSIGN_OR_RETURN(const returns::v1::RevisionStatus held,
                   StatusHeld(reader, key, head, submission.joining, submission.submission.origin));
  ASSIGN_OR_RETURN(const Way way, WayFor(reader,
                                         {submission, collection, head, cell_digest,
                                          StatusThatResults(submission.status, held)},
                                         waiting));
  return RefusalOf(way, key);
}

absl::StatusOr<Decision> SubmitReturn::Decide(const Snapshot& snapshot,
                                              const ReturnSubmission& submission,
                                              size_t* room_bytes, ReturnAnswer* answer) const {
  ASSIGN_OR_RETURN(JudgedReturn judged, JudgeReturn(snapshot, collections_, submission));
  ASSIGN_OR_RETURN(std::vector<ReadCheck> admitted_on,
                   Admit(snapshot, *judged.compiled.collection, judged.period,
                         submission.submission.origin, judged.key.organisation));
  std::move(admitted_on.begin(), admitted_on.end(), std::back_inserter(judged.read_set));
  *answer = ReturnAnswer();
  answer->verdict = judged.judgement.verdict;
  answer->findings = std::move(judged.judgement.findings);
  if (judged.judgement.verdict == Verdict::kInvalid) return NothingToKeep{};
  ASSIGN_OR_RETURN(const HeldSubmission waiting, SubmissionOf(snapshot, judged.key));
  if (waiting.held() || judged.compiled.collection->sign_off_levels > 0) {
    judged.read_set.push_back(waiting.check);
  }
  ASSIGN_OR_RETURN(const Way way, WayFor(snapshot,
                                         {submission, *judged.compiled.collection, judged.head,
                                          judged.judgement.cell_digest, judged.status},
                                         waiting));
  RETURN_IF_ERROR(RefusalOf(way, judged.key));
  if (way == Way::kAsNewest || way == Way::kAsWaiting) {
    const uint64_t held =
        way == Way::kAsNewest ? judged.head.newest.sequence : waiting.record.sequence();
    return AsHeld(snapshot, held, std::move(judged.read_set), answer);
  }
  if (submission.origin.validate_only) return NothingToKeep{};
  answer->waits = way == Way::kWait;
  // An import leaves what waits to whoever submitted it: signing it then is refused.
  const bool void_waiting =
      way == Way::kAccept && waiting.held() && submission.submission.origin == Origin::kSubmitted;
  return Keep(submission, std::move(judged), void_waiting, room_bytes, answer);
}

absl::StatusOr<Decision> SubmitReturn::Keep(const ReturnSubmission& submission, JudgedReturn judged,
                                            bool void_waiting, size_t* room_bytes,
                                            ReturnAnswer* answer) const {
  const ReturnKey& key = judged.key;
  const Collection& collection = *judged.compiled.collection;
  answer->fact = FactOf(submission, judged, judged.head.newest.number + 1);
  ASSIGN_OR_RETURN(PackedCells cells, WriteAheadIfLarge(committer_,
                                                        {std::move(judged.judgement.chunks),
                                                         std::move(judged.judgement.chunk_digests)},
                                                        room_bytes));
  NewFact fact;
  if (answer->waits) {
    MakeSubmitted(key, collection.sign_off_levels, answer->fact, &fact);
  } else {
    MakeAccepted(key, answer->fact, judged.judgement.cell_digest, void_waiting, &fact);
  }
  fact.read_set = std::move(judged.read_set);
  if (submission.file.has_value()) fact.read_set.push_back(submission.file->held);
  fact.write = [write = std::move(fact.write), cells = std::move(cells), file = submission.file](
                   const Placement& placement, WriteBatch* batch) {
    write(placement, batch);
    PutChunks(cells, batch);
    if (file.has_value()) PutFileOf(file->digest, file->upload, batch);
  };
  return fact;
}

}  // namespace onereturn::ingestion

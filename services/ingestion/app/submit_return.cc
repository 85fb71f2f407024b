#include "services/ingestion/app/submit_return.h"

#include <condition_variable>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/hierarchy/ods_code.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/accepted_at.h"
#include "services/ingestion/app/accepted_return.h"
#include "services/ingestion/app/definition_checks.h"
#include "services/ingestion/store/catalogue_table.h"
#include "services/ingestion/store/upload_table.h"

namespace onereturn::ingestion {
namespace {

// Chunks up to this go into the fact's own batch; more are written ahead, in batches of this size.
constexpr size_t kBatchChunkBytes = 256 * 1024;

absl::StatusOr<Period> ReadPeriod(const std::string& text, PeriodKind kind) {
  absl::StatusOr<Period> period = Period::Parse(text);
  if (!period.ok()) {
    return Error(Reason::kPeriod,
                 absl::StrCat("the period cannot be read: ", period.status().message()))
        .Field("period", period.status().message());
  }
  if (period->kind() != kind) {
    return Error(Reason::kPeriod,
                 absl::StrCat("the collection takes periods of kind ", PeriodKindName(kind)))
        .Field("period", absl::StrCat("is not of kind ", PeriodKindName(kind)));
  }
  return period;
}

// What a repeat is told: what the first copy of the request was accepted as.
absl::StatusOr<ReturnAnswer> AnswerFirst(Accepted accepted) {
  ReturnAnswer answer;
  ASSIGN_OR_RETURN(answer.fact, ReturnOfEntry(accepted.receipt.entry));
  answer.verdict = static_cast<Verdict>(answer.fact.verdict());
  answer.accepted = std::move(accepted);
  return answer;
}

}  // namespace

struct SubmitReturn::Attempt {
  ReturnSubmission submission;
  std::function<bool(std::function<void()>)> again;
  Done done;
  bool second = false;
  ReturnKey key;
};

absl::Status CheckOrganisationKnown(const Reader& reader, const std::string& organisation) {
  if (absl::Status code = CheckOdsCode(organisation); !code.ok()) {
    return Error(Reason::kOdsFormat,
                 absl::StrCat("the organisation is not an ODS code: ", code.message()))
        .Field("organisation", code.message());
  }
  ASSIGN_OR_RETURN(std::optional<StoredDefinition> known,
                   FindDefinition(reader, DefinitionKind::kOrganisation, organisation, kNewest));
  if (known.has_value()) return absl::OkStatus();
  return Error(Reason::kOdsUnknown,
               absl::StrCat("there is no organisation ", organisation, " in the catalogue"))
      .Field("organisation", "is not defined");
}

void SubmitReturn::Run(ReturnSubmission submission,
                       std::function<bool(std::function<void()>)> again, Done done) const {
  auto attempt = std::make_shared<Attempt>();
  attempt->submission = std::move(submission);
  attempt->again = std::move(again);
  attempt->done = std::move(done);
  if (absl::Status id = CheckRequestId(attempt->submission.origin.request_id); !id.ok()) {
    return attempt->done(id);
  }
  Try(std::move(attempt));
}

// The request id comes first: a repeat gets its receipt whatever has changed since.
bool SubmitReturn::Prepare(Attempt* attempt, const Reader& reader) const {
  const RequestOrigin& origin = attempt->submission.origin;
  const std::string& organisation = attempt->submission.submission.organisation;
  absl::StatusOr<std::optional<AcceptedRequest>> known =
      FindRequest(reader, organisation, origin.request_id);
  absl::Status status = known.status();
  if (known.ok() && known->has_value()) {
    absl::StatusOr<ReturnAnswer> repeat = AnswerRepeat(origin, **known);
    attempt->done(std::move(repeat));
    return false;
  }
  if (status.ok()) status = CheckOrganisationKnown(reader, organisation);
  if (status.ok()) return true;
  attempt->done(status);
  return false;
}

absl::StatusOr<ReturnAnswer> SubmitReturn::AnswerRepeat(const RequestOrigin& origin,
                                                        const AcceptedRequest& known) const {
  if (known.digest != origin.digest) {
    return Error(Reason::kRequestIdReused,
                 "a request with this request_id was accepted with other content: use a new id")
        .Field("request_id", "was used for other content");
  }
  ASSIGN_OR_RETURN(Accepted accepted, AcceptedAt(*committer_, known.sequence));
  accepted.replayed = true;
  return AnswerFirst(std::move(accepted));
}

void SubmitReturn::Try(std::shared_ptr<Attempt> attempt) const {
  // The request id and the return's head from one state: a copy of this very request that is
  // accepted meanwhile is then either seen as a repeat here, or met by the committer; never taken
  // for another's revision.
  const Snapshot snapshot = store_->TakeSnapshot();
  if (!Prepare(attempt.get(), snapshot)) return;
  absl::StatusOr<CompiledCollection> compiled = collections_->Get(attempt->submission.collection);
  if (!compiled.ok()) return attempt->done(compiled.status());
  absl::StatusOr<Period> period =
      ReadPeriod(attempt->submission.period, compiled->collection->period_kind);
  if (!period.ok()) return attempt->done(period.status());
  attempt->key = ReturnKey{compiled->collection->code, period->ToString(),
                           attempt->submission.submission.organisation};
  absl::StatusOr<ReturnHeadState> head = HeadOf(snapshot, attempt->key);
  if (!head.ok()) return attempt->done(head.status());
  const std::string etag = EtagOf(head->newest.sequence);
  if (!attempt->submission.etag.empty() && attempt->submission.etag != etag) {
    return attempt->done(
        Error(Reason::kEtagMismatch, "the return has changed since you read it: read it again")
            .With("etag", etag)
            .Field("etag", absl::StrCat("is now ", etag)));
  }
  Commit(attempt, *compiled, *head,
         Judge(*compiled->collection, *period, attempt->submission.submission));
}

void SubmitReturn::Commit(std::shared_ptr<Attempt> attempt, const CompiledCollection& compiled,
                          const ReturnHeadState& head, Judgement judgement) const {
  const ReturnSubmission& submission = attempt->submission;
  ReturnAnswer answer;
  answer.verdict = judgement.verdict;
  answer.findings = std::move(judgement.findings);
  if (judgement.verdict == Verdict::kInvalid) return attempt->done(std::move(answer));

  if (head.newest.number > 0 && head.cell_digest == judgement.cell_digest) {
    absl::StatusOr<Accepted> accepted = AcceptedAt(*committer_, head.newest.sequence);
    if (!accepted.ok()) return attempt->done(accepted.status());
    absl::StatusOr<feed::v1::ReturnAccepted> fact = ReturnOfEntry(accepted->receipt.entry);
    if (!fact.ok()) return attempt->done(fact.status());
    if (fact->status() == submission.status && submission.submission.explanations.empty()) {
      answer.fact = *std::move(fact);
      answer.accepted = *std::move(accepted);
      answer.unchanged = true;
      return attempt->done(std::move(answer));
    }
  }
  if (submission.origin.validate_only) return attempt->done(std::move(answer));

  answer.fact = FactOf(submission, attempt->key, compiled.collection->version,
                       head.newest.number + 1, judgement);
  Propose(std::move(attempt), compiled, head, std::move(judgement), std::move(answer));
}

void SubmitReturn::Propose(std::shared_ptr<Attempt> attempt, const CompiledCollection& compiled,
                           const ReturnHeadState& head, Judgement judgement,
                           ReturnAnswer answer) const {
  const ReturnSubmission& submission = attempt->submission;
  size_t chunk_bytes = 0;
  for (const std::string& chunk : judgement.chunks) chunk_bytes += chunk.size();
  const bool ahead = chunk_bytes > kBatchChunkBytes;
  if (ahead && !WriteChunksAhead(attempt.get(), judgement)) return;

  Proposal proposal;
  proposal.entry.set_kind(feed::v1::ENTRY_KIND_RETURN_ACCEPTED);
  proposal.entry.set_format(1);
  proposal.entry.set_actor(submission.origin.actor);
  proposal.entry.set_organisation(attempt->key.organisation);
  proposal.entry.set_request_id(submission.origin.request_id);
  proposal.entry.set_request_digest(std::string(DigestBytes(submission.origin.digest)));
  proposal.entry.set_name(RevisionName(attempt->key, answer.fact.revision()));
  proposal.entry.set_fact(answer.fact.SerializeAsString());
  proposal.read_set = {CatalogueCheck(compiled.catalogue_sequence), head.check};
  proposal.write =
      [key = attempt->key, revision = answer.fact.revision(), ahead, file = submission.file,
       cell_digest = judgement.cell_digest, digests = std::move(judgement.chunk_digests),
       chunks = std::move(judgement.chunks)](const Placement& placement, WriteBatch* batch) {
        PutRevision(key, RevisionPlace{revision, placement.sequence}, cell_digest, batch);
        for (size_t i = 0; !ahead && i < chunks.size(); ++i) PutChunk(digests[i], chunks[i], batch);
        if (file.has_value()) PutFileOf(file->digest, file->upload, batch);
      };
  proposal.done = [this, attempt,
                   answer = std::move(answer)](absl::StatusOr<Accepted> accepted) mutable {
    if (accepted.ok()) {
      answer.accepted = *std::move(accepted);
      return attempt->done(answer.accepted->replayed
                               ? AnswerFirst(*std::move(answer.accepted))
                               : absl::StatusOr<ReturnAnswer>(std::move(answer)));
    }
    const bool conflict = ReasonOf(accepted.status()) == Reason::kCommitConflict;
    if (!conflict || attempt->second) return attempt->done(accepted.status());
    attempt->second = true;
    if (!attempt->again([this, attempt] { Try(attempt); })) attempt->done(accepted.status());
  };
  if (absl::Status queued = committer_->Propose(std::move(proposal)); !queued.ok())
    attempt->done(queued);
}

bool SubmitReturn::WriteChunksAhead(Attempt* attempt, const Judgement& judgement) const {
  std::mutex mutex;
  std::condition_variable changed;
  for (size_t i = 0; i < judgement.chunks.size();) {
    PlainWrite write;
    while (i < judgement.chunks.size() && write.batch.size_bytes() < kBatchChunkBytes) {
      PutChunk(judgement.chunk_digests[i], judgement.chunks[i], &write.batch);
      ++i;
    }
    std::optional<absl::Status> written;
    write.done = [&](absl::Status status) {
      std::lock_guard<std::mutex> lock(mutex);
      written = std::move(status);
      changed.notify_one();
    };
    absl::Status status = committer_->Write(std::move(write));
    if (status.ok()) {
      std::unique_lock<std::mutex> lock(mutex);
      changed.wait(lock, [&] { return written.has_value(); });
      status = *written;
    }
    if (!status.ok()) {
      attempt->done(status);
      return false;
    }
  }
  return true;
}

}  // namespace onereturn::ingestion

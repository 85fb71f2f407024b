#include "services/ingestion/app/submit_return.h"

#include <algorithm>
#include <future>
#include <iterator>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/failpoint.h"
#include "common/commit/journal.h"
#include "common/hierarchy/ods_code.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/accepted_return.h"
#include "services/ingestion/app/earlier_returns.h"
#include "services/ingestion/app/window_admission.h"
#include "services/ingestion/store/catalogue_table.h"
#include "services/ingestion/store/upload_table.h"

namespace onereturn::ingestion {
namespace {

// Chunks up to this go into the fact's own batch; more are written ahead, in batches of this size.
constexpr size_t kBatchChunkBytes = 256 * 1024;

// The collection as it is for the period that was read; for one that could not be read, any: what
// is wrong with the period is told of where the collection is known.
absl::StatusOr<CompiledCollection> CollectionFor(const Snapshot& snapshot,
                                                 CompiledCollections* collections,
                                                 const std::string& code,
                                                 const absl::StatusOr<Period>& period) {
  return period.ok() ? collections->Get(snapshot, code, *period) : collections->Get(snapshot, code);
}

// Whether the newest revision holds the same: a change of status, or a reason given, is to be kept.
absl::StatusOr<bool> IsUnchanged(const Reader& reader, const ReturnSubmission& submission,
                                 const ReturnHeadState& head, const Judgement& judgement) {
  if (head.newest.number == 0 || head.cell_digest != judgement.cell_digest) return false;
  ASSIGN_OR_RETURN(const std::string bytes, EntryBytes(reader, head.newest.sequence));
  ASSIGN_OR_RETURN(const feed::v1::ReturnAccepted fact, ReturnOfEntry(bytes));
  return fact.status() == submission.status && submission.submission.explanations.empty();
}

// What the caller is told of the accepted entry: of a repeat, what the first was accepted as.
absl::StatusOr<ReturnAnswer> AnswerOf(ReturnAnswer judged, AcceptedFact fact) {
  if (fact.accepted.replayed || fact.unchanged) {
    ASSIGN_OR_RETURN(judged.fact, ReturnOfEntry(fact.accepted.receipt.entry));
  }
  if (fact.accepted.replayed) judged.verdict = static_cast<Verdict>(judged.fact.verdict());
  judged.unchanged = fact.unchanged;
  judged.accepted = std::move(fact.accepted);
  return judged;
}

// A system cannot report for a time after its organisation's end. What a national body publishes
// may carry the old code.
absl::Status CheckOpen(const Reader& reader, const Submission& submission, const Period& period) {
  if (submission.origin == Origin::kImport) return absl::OkStatus();
  ASSIGN_OR_RETURN(
      std::optional<StoredDefinition> stored,
      FindDefinition(reader, DefinitionKind::kOrganisation, submission.organisation, kNewest));
  catalogue::v1::Organisation organisation;
  if (!stored.has_value() || !organisation.ParseFromString(stored->bytes)) {
    return absl::DataLossError("a stored organisation cannot be read");
  }
  const std::string& closed = organisation.close_date();
  if (closed.empty() || closed >= period.start().ToString()) return absl::OkStatus();
  Error error(Reason::kOdsClosed, absl::StrCat(submission.organisation, " closed on ", closed,
                                               ", before ", period.ToString(), " began"));
  error.Field("organisation", absl::StrCat("closed on ", closed));
  if (organisation.successions_size() > 0) {
    error.With("successor", organisation.successions(0).successor());
  }
  return error;
}

}  // namespace

// A submission on its way, and what was judged of it last.
struct SubmitReturn::Work {
  ReturnSubmission submission;
  ReturnAnswer answer;
};

absl::StatusOr<Period> PeriodOfReturn(const std::string& text, PeriodKind kind) {
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

void SubmitReturn::Run(ReturnSubmission submission, Done done, FactWriter::Again again) const {
  auto work = std::make_shared<Work>(Work{std::move(submission), {}});
  const RequestOrigin& origin = work->submission.origin;
  FactRequest request{feed::v1::ENTRY_KIND_RETURN_ACCEPTED,
                      origin.actor,
                      work->submission.submission.organisation,
                      origin.request_id,
                      origin.digest,
                      origin.validate_only,
                      origin.person,
                      origin.role};
  request.derived_id = origin.derived_id;
  writer_->Write(
      std::move(request),
      [this, work](const Snapshot& snapshot) { return Decide(snapshot, work.get()); },
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

absl::StatusOr<Decision> SubmitReturn::Decide(const Snapshot& snapshot, Work* work) const {
  const ReturnSubmission& submission = work->submission;
  const std::string& organisation = submission.submission.organisation;
  RETURN_IF_ERROR(CheckOrganisationKnown(snapshot, organisation));
  const absl::StatusOr<Period> read = Period::Parse(submission.period);
  ASSIGN_OR_RETURN(const CompiledCollection compiled,
                   CollectionFor(snapshot, collections_, submission.collection, read));
  ASSIGN_OR_RETURN(const Period period,
                   PeriodOfReturn(submission.period, compiled.collection->period_kind));
  RETURN_IF_ERROR(CheckOpen(snapshot, submission.submission, period));
  ASSIGN_OR_RETURN(
      std::vector<ReadCheck> admitted_on,
      Admit(snapshot, *compiled.collection, period, submission.submission.origin, organisation));
  const ReturnKey key{compiled.collection->code, period.ToString(), organisation};
  ASSIGN_OR_RETURN(const ReturnHeadState head, HeadOf(snapshot, key));
  const std::string etag = EtagOf(head.newest.sequence);
  if (!submission.etag.empty() && submission.etag != etag) {
    return Error(Reason::kEtagMismatch, "the return has changed since you read it: read it again")
        .With("etag", etag)
        .Field("etag", absl::StrCat("is now ", etag));
  }
  ASSIGN_OR_RETURN(EarlierReturns earlier,
                   ReadEarlierReturns(snapshot, *compiled.collection, period, organisation));
  Judgement judgement = Judge(*compiled.collection, period, submission.submission, earlier.history);
  work->answer = ReturnAnswer();
  work->answer.verdict = judgement.verdict;
  work->answer.findings = std::move(judgement.findings);
  if (judgement.verdict == Verdict::kInvalid) return NothingToKeep{};
  ASSIGN_OR_RETURN(const bool unchanged, IsUnchanged(snapshot, submission, head, judgement));
  // The organisation's closing date is in the catalogue too.
  std::vector<ReadCheck> judged_on = std::move(earlier.read_set);
  judged_on.push_back(CatalogueCheck(compiled.catalogue_sequence));
  judged_on.push_back(head.check);
  std::move(admitted_on.begin(), admitted_on.end(), std::back_inserter(judged_on));
  if (unchanged) return Unchanged{head.newest.sequence, std::move(judged_on)};
  if (submission.origin.validate_only) return NothingToKeep{};
  work->answer.fact =
      FactOf(submission, key, compiled.collection->version, head.newest.number + 1, judgement);
  size_t chunk_bytes = 0;
  for (const std::string& chunk : judgement.chunks) chunk_bytes += chunk.size();
  const bool ahead = chunk_bytes > kBatchChunkBytes;
  if (ahead) RETURN_IF_ERROR(WriteChunksAhead(judgement));
  NewFact fact;
  fact.name = RevisionName(key, work->answer.fact.revision());
  fact.fact = work->answer.fact.SerializeAsString();
  fact.read_set = std::move(judged_on);
  if (submission.file.has_value()) fact.read_set.push_back(submission.file->held);
  fact.write = [key, revision = work->answer.fact.revision(), ahead, file = submission.file,
                cell_digest = judgement.cell_digest, digests = std::move(judgement.chunk_digests),
                chunks = std::move(judgement.chunks)](const Placement& placement,
                                                      WriteBatch* batch) {
    PutRevision(key, RevisionPlace{revision, placement.sequence}, cell_digest, batch);
    for (size_t i = 0; !ahead && i < chunks.size(); ++i) PutChunk(digests[i], chunks[i], batch);
    if (file.has_value()) PutFileOf(file->digest, file->upload, batch);
  };
  return fact;
}

absl::Status SubmitReturn::WriteChunksAhead(const Judgement& judgement) const {
  for (size_t i = 0; i < judgement.chunks.size();) {
    PlainWrite write;
    while (i < judgement.chunks.size() && write.batch.size_bytes() < kBatchChunkBytes) {
      PutChunk(judgement.chunk_digests[i], judgement.chunks[i], &write.batch);
      ++i;
    }
    std::promise<absl::Status> written;
    write.done = [&written](absl::Status status) { written.set_value(std::move(status)); };
    RETURN_IF_ERROR(committer_->Write(std::move(write)));
    RETURN_IF_ERROR(written.get_future().get());
  }
  ONERETURN_FAILPOINT(kReturnChunksWritten);
  return absl::OkStatus();
}

}  // namespace onereturn::ingestion

#include "services/ingestion/app/returns/sign_return.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/digest/digest.h"
#include "common/identity/two_persons.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/app/reason_text.h"
#include "services/ingestion/app/returns/accepted_return.h"
#include "services/ingestion/app/returns/judge_return.h"
#include "services/ingestion/app/returns/read_returns.h"
#include "services/ingestion/app/returns/submitted_return.h"
#include "services/ingestion/app/timetable/window_admission.h"
#include "services/ingestion/domain/sign_off.h"
#include "services/ingestion/store/catalogue_table.h"
#include "services/ingestion/store/unsigned_table.h"

namespace onereturn::ingestion {
namespace {

using SubmissionMessage = returns::v1::Submission;

// A submission as a step finds it.
struct FoundSubmission {
  ReturnKey key;
  HeldSubmission held;
  ReturnHeadState head;
  SubmissionMessage message;            // As it is; empty when there is none.
  feed::v1::ReturnSubmitted submitted;  // Its fact.
};

absl::StatusOr<FoundSubmission> FindSubmission(const Reader& reader, const std::string& name) {
  ASSIGN_OR_RETURN(ReturnKey key, ParseSubmissionName(name));
  ASSIGN_OR_RETURN(HeldSubmission held, SubmissionOf(reader, key));
  ASSIGN_OR_RETURN(ReturnHeadState head, HeadOf(reader, key));
  FoundSubmission found{std::move(key), std::move(held), std::move(head), {}, {}};
  if (!found.held.held()) return found;
  ASSIGN_OR_RETURN(found.message, LoadSubmission(reader, found.held.record));
  ASSIGN_OR_RETURN(auto submitted, SubmittedAt(reader, found.held.record.sequence()));
  found.submitted = std::move(submitted.fact);
  return found;
}

WaitingSubmission WaitingOf(const FoundSubmission& found) {
  WaitingSubmission waiting;
  waiting.waits = found.held.waits();
  if (!waiting.waits) return waiting;
  waiting.cell_digest = DigestFromBytes(found.message.cell_digest()).value_or(Digest{});
  waiting.levels = found.message.levels();
  waiting.signed_levels = static_cast<uint32_t>(found.held.record.signed_sequences_size());
  waiting.revision = found.message.revision();
  waiting.newest_revision = found.head.newest.number;
  return waiting;
}

bool TookPart(const SubmissionMessage& submission, const Actor& actor) {
  return std::any_of(submission.sign_offs().begin(), submission.sign_offs().end(),
                     [&](const returns::v1::SignOff& one) {
                       return IsSame(Actor{one.system(), one.person()}, actor);
                     });
}

absl::Status NothingWaits(const std::string& name) {
  return Error(Reason::kSignOffState, absl::StrCat(name, " does not wait to be signed"))
      .Precondition(name, "there is none, or it was accepted, withdrawn or sent back");
}

absl::Status ContentChanged(const FoundSubmission& found) {
  return Error(Reason::kContentChanged,
               "another return waits there than the one whose hash was named: read it again")
      .Field("cell_digest", "is not that of what waits")
      .With("sequence", absl::StrCat(found.held.record.sequence()));
}

// What was judged when it was submitted still holds: the collection is for the period, by the same
// rules, and its window has not closed. What that was seen on.
absl::StatusOr<std::vector<ReadCheck>> CheckStands(const Snapshot& snapshot,
                                                   CompiledCollections* collections,
                                                   const FoundSubmission& found) {
  ASSIGN_OR_RETURN(const Period period, Period::Parse(found.key.period));
  ASSIGN_OR_RETURN(const CompiledCollection compiled,
                   collections->Get(snapshot, found.key.collection, period));
  const uint32_t judged_by = found.submitted.content().collection_version();
  if (compiled.collection->version != judged_by) {
    return Error(Reason::kSignOffState,
                 absl::StrCat("the return was judged by version ", judged_by, " of ",
                              found.key.collection, ", and version ", compiled.collection->version,
                              " is in force now: submit it again"))
        .Precondition(found.message.name(), "was judged by rules that have changed")
        .Remedy("Submit the return again: it is then judged by the rules in force.");
  }
  // It was submitted, so its period had come by then.
  ASSIGN_OR_RETURN(std::vector<ReadCheck> seen,
                   AdmitToWindow(snapshot, *compiled.collection, period, found.key.organisation,
                                 FirstMomentAfter(period)));
  seen.push_back(CatalogueCheck(compiled.catalogue_sequence));
  return seen;
}

// OK where the signature counts.
absl::Status StatusOf(SignatureVerdict verdict, const FoundSubmission& found) {
  const std::string& name = found.message.name();
  switch (verdict) {
    case SignatureVerdict::kSigned:
    case SignatureVerdict::kAccepted:
      return absl::OkStatus();
    case SignatureVerdict::kNothingWaits:
      return NothingWaits(SubmissionName(found.key));
    case SignatureVerdict::kContentChanged:
      return ContentChanged(found);
    case SignatureVerdict::kOtherLevel:
      return Error(Reason::kSignOffState,
                   absl::StrCat("level ", found.message.next_level(), " is to be signed next"))
          .Precondition(name, absl::StrCat("waits for level ", found.message.next_level()));
    case SignatureVerdict::kTookPart:
      return Error(Reason::kSelfApproval,
                   "whoever submitted or signed a return cannot sign it: another person must");
    case SignatureVerdict::kOvertaken:
      break;
  }
  return Error(Reason::kEtagMismatch,
               absl::StrCat("since the return was submitted another revision was accepted: ",
                            found.head.reopened ? "" : "reopen the return, with a reason, then ",
                            "submit it again"))
      .With("etag", EtagOf(found.head.newest.sequence));
}

Digest DigestNamed(const std::string& bytes, Error* faults) {
  const absl::StatusOr<Digest> digest = DigestFromBytes(bytes);
  if (!digest.ok()) faults->Field("cell_digest", "must have the 32 bytes of what was read");
  return digest.ok() ? *digest : Digest{};
}

Error StepFaults() { return Error(Reason::kFieldInvalid, "the step cannot be taken as it is"); }

FactRequest RequestOf(feed::v1::EntryKind kind, const RequestOrigin& origin,
                      const std::string& organisation) {
  return FactRequest{kind,          origin.actor,         organisation,  origin.request_id,
                     origin.digest, origin.validate_only, origin.person, origin.role};
}

// What the last signature makes of a submission.
NewFact AcceptanceOf(const FoundSubmission& found, const Digest& cell_digest) {
  feed::v1::ReturnAccepted accepted = found.submitted.content();
  accepted.set_submission(found.held.record.sequence());
  *accepted.mutable_sign_offs() = found.message.sign_offs();
  NewFact fact;
  fact.kind = feed::v1::ENTRY_KIND_RETURN_ACCEPTED;
  fact.name = RevisionName(found.key, accepted.revision());
  fact.fact = accepted.SerializeAsString();
  fact.write = [key = found.key, revision = accepted.revision(), cell_digest](
                   const Placement& placement, WriteBatch* batch) {
    PutRevision(key, RevisionPlace{revision, placement.sequence}, cell_digest, batch);
    DropSubmission(key, batch);
  };
  return fact;
}

NewFact SignatureOf(const FoundSubmission& found, uint32_t level) {
  feed::v1::ReturnSigned signature;
  signature.set_organisation(found.key.organisation);
  signature.set_collection(found.key.collection);
  signature.set_period(found.key.period);
  signature.set_submission(found.held.record.sequence());
  signature.set_cell_digest(found.message.cell_digest());
  signature.set_level(level);
  NewFact fact;
  fact.name = SubmissionName(found.key);
  fact.fact = signature.SerializeAsString();
  fact.write = [key = found.key, record = found.held.record](const Placement& placement,
                                                             WriteBatch* batch) {
    storage::v1::SubmissionRecord more = record;
    more.add_signed_sequences(placement.sequence);
    PutSubmission(key, more, batch);
  };
  return fact;
}

absl::StatusOr<SignedAnswer> AnswerOfStep(std::optional<SubmissionMessage> before,
                                          Accepted accepted) {
  SignedAnswer answer;
  feed::v1::Entry entry;
  if (!entry.ParseFromString(accepted.receipt.entry)) {
    return absl::DataLossError("a stored entry cannot be read");
  }
  if (entry.kind() == feed::v1::ENTRY_KIND_RETURN_ACCEPTED) {
    ASSIGN_OR_RETURN(answer.accepted_return, ReturnMessageOf(accepted.receipt.entry));
  } else if (!accepted.replayed && before.has_value()) {
    const uint32_t level = before->next_level();
    *before->add_sign_offs() = SignOffOf(entry, level);
    before->set_next_level(level + 1);
    answer.submission = std::move(before);
  }
  answer.accepted = std::move(accepted);
  return answer;
}

// How a submission ends without being accepted.
struct Ending {
  returns::v1::SubmissionState state = returns::v1::SUBMISSION_STATE_UNSPECIFIED;
  std::string name;
  std::string cell_digest;
  std::string reason;
};

absl::StatusOr<Decision> End(const Reader& reader, const Ending& ending) {
  Error faults = StepFaults();
  const Digest digest = DigestNamed(ending.cell_digest, &faults);
  CheckReason(ending.reason, "reason", &faults);
  if (faults.fields_total() > 0) return faults.ToStatus();
  ASSIGN_OR_RETURN(FoundSubmission found, FindSubmission(reader, ending.name));
  const WaitingSubmission waiting = WaitingOf(found);
  if (!waiting.waits) return NothingWaits(ending.name);
  if (waiting.cell_digest != digest) return ContentChanged(found);
  feed::v1::SubmissionEnded ended;
  ended.set_organisation(found.key.organisation);
  ended.set_collection(found.key.collection);
  ended.set_period(found.key.period);
  ended.set_submission(found.held.record.sequence());
  ended.set_state(ending.state);
  ended.set_reason(ending.reason);
  NewFact fact;
  fact.name = ending.name;
  fact.fact = ended.SerializeAsString();
  fact.read_set = {std::move(found.held.check)};
  fact.write = [key = found.key, record = found.held.record, state = ending.state](
                   const Placement& placement, WriteBatch* batch) {
    if (state == returns::v1::SUBMISSION_STATE_WITHDRAWN) return DropSubmission(key, batch);
    storage::v1::SubmissionRecord sent_back = record;
    sent_back.set_ended_sequence(placement.sequence);
    PutSubmission(key, sent_back, batch);
  };
  return fact;
}

absl::StatusOr<Decision> DecideReopening(const Snapshot& snapshot, CompiledCollections* collections,
                                         const returns::v1::ReopenReturnRequest& request) {
  Error faults = StepFaults();
  CheckReason(request.reason(), "reason", &faults);
  if (faults.fields_total() > 0) return faults.ToStatus();
  ASSIGN_OR_RETURN(const ReturnKey key, ParseReturnKey(request.name()));
  ASSIGN_OR_RETURN(const ReturnHeadState head, HeadOf(snapshot, key));
  if (head.newest.number == 0) return NotFound(request.name());
  RETURN_IF_ERROR(CheckEtag(request.etag(), head));
  ASSIGN_OR_RETURN(const Period period, Period::Parse(key.period));
  ASSIGN_OR_RETURN(const CompiledCollection compiled,
                   collections->Get(snapshot, key.collection, period));
  if (compiled.collection->sign_off_levels == 0 || head.reopened) {
    const std::string why =
        head.reopened ? "it is open already" : "nobody signs it, so it can be sent again";
    return Error(Reason::kSignOffState, absl::StrCat("nothing is to be reopened: ", why))
        .Precondition(request.name(), why)
        .Remedy("Submit the return again, with the figures as they should be.");
  }
  feed::v1::ReturnReopened reopened;
  reopened.set_organisation(key.organisation);
  reopened.set_collection(key.collection);
  reopened.set_period(key.period);
  reopened.set_revision(head.newest.number);
  reopened.set_reason(request.reason());
  return NewFact{request.name(),
                 reopened.SerializeAsString(),
                 {head.check, CatalogueCheck(compiled.catalogue_sequence)},
                 [head](const Placement& placement, WriteBatch* batch) {
                   PutReopened(head, placement.sequence, batch);
                 }};
}

// The two ways to end have requests of the same form: their bytes alone do not say which was asked.
RequestOrigin OriginOfEnding(RequestOrigin origin, returns::v1::SubmissionState state) {
  origin.digest = Sha256Concatenated(
      {returns::v1::SubmissionState_Name(state), "\n", DigestBytes(origin.digest)});
  return origin;
}

// A step that is answered with its receipt alone, on what `name` parsed to.
template <typename Name>
void WritePlainStep(const FactWriter& writer, feed::v1::EntryKind kind, const RequestOrigin& origin,
                    const absl::StatusOr<Name>& name, FactWriter::Judge judge,
                    SignReturn::Done done) {
  if (!name.ok()) return done(name.status());
  writer.Write(RequestOf(kind, origin, name->organisation), std::move(judge),
               [done = std::move(done)](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
                 if (!accepted.ok()) return done(accepted.status());
                 SignedAnswer answer;
                 if (accepted->has_value()) answer.accepted = std::move((*accepted)->accepted);
                 done(std::move(answer));
               });
}

}  // namespace

void SignReturn::Sign(const RequestOrigin& origin, const returns::v1::SignReturnRequest& request,
                      Done done) const {
  const absl::StatusOr<ReturnKey> key = ParseSubmissionName(request.name());
  if (!key.ok()) return done(key.status());
  FactRequest asked = RequestOf(feed::v1::ENTRY_KIND_RETURN_SIGNED, origin, key->organisation);
  asked.other_kind = feed::v1::ENTRY_KIND_RETURN_ACCEPTED;
  auto before = std::make_shared<std::optional<SubmissionMessage>>();
  writer_->Write(
      std::move(asked),
      [this, origin, request, before](const Snapshot& snapshot) -> absl::StatusOr<Decision> {
        Error faults = StepFaults();
        const Digest digest = DigestNamed(request.cell_digest(), &faults);
        if (request.level() == 0) faults.Field("level", "is missing: which level is signed?");
        if (faults.fields_total() > 0) return faults.ToStatus();
        ASSIGN_OR_RETURN(FoundSubmission found, FindSubmission(snapshot, request.name()));
        const Signature signature{digest, request.level(),
                                  TookPart(found.message, Actor{origin.actor, origin.person})};
        const SignatureVerdict verdict = JudgeSignature(WaitingOf(found), signature);
        RETURN_IF_ERROR(StatusOf(verdict, found));
        if (request.sequence() != 0 && request.sequence() != found.held.record.sequence()) {
          return ContentChanged(found);
        }
        ASSIGN_OR_RETURN(std::vector<ReadCheck> seen, CheckStands(snapshot, collections_, found));
        *before = found.message;
        NewFact fact = verdict == SignatureVerdict::kAccepted ? AcceptanceOf(found, digest)
                                                              : SignatureOf(found, request.level());
        fact.read_set = std::move(seen);
        fact.read_set.push_back(std::move(found.held.check));
        fact.read_set.push_back(std::move(found.head.check));
        return fact;
      },
      [before, done = std::move(done)](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
        if (!accepted.ok()) return done(accepted.status());
        if (!accepted->has_value()) return done(SignedAnswer{std::move(*before), {}, {}});
        done(AnswerOfStep(std::move(*before), std::move((*accepted)->accepted)));
      });
}

void SignReturn::SendBack(const RequestOrigin& origin,
                          const returns::v1::SendReturnBackRequest& request, Done done) const {
  WritePlainStep(
      *writer_, feed::v1::ENTRY_KIND_SUBMISSION_ENDED,
      OriginOfEnding(origin, returns::v1::SUBMISSION_STATE_SENT_BACK),
      ParseSubmissionName(request.name()),
      [request](const Snapshot& snapshot) {
        return End(snapshot, {returns::v1::SUBMISSION_STATE_SENT_BACK, request.name(),
                              request.cell_digest(), request.reason()});
      },
      std::move(done));
}

void SignReturn::Withdraw(const RequestOrigin& origin,
                          const returns::v1::WithdrawSubmissionRequest& request, Done done) const {
  WritePlainStep(
      *writer_, feed::v1::ENTRY_KIND_SUBMISSION_ENDED,
      OriginOfEnding(origin, returns::v1::SUBMISSION_STATE_WITHDRAWN),
      ParseSubmissionName(request.name()),
      [request](const Snapshot& snapshot) {
        return End(snapshot, {returns::v1::SUBMISSION_STATE_WITHDRAWN, request.name(),
                              request.cell_digest(), request.reason()});
      },
      std::move(done));
}

void SignReturn::Reopen(const RequestOrigin& origin,
                        const returns::v1::ReopenReturnRequest& request, Done done) const {
  WritePlainStep(
      *writer_, feed::v1::ENTRY_KIND_RETURN_REOPENED, origin, ParseReturnKey(request.name()),
      [this, request](const Snapshot& snapshot) {
        return DecideReopening(snapshot, collections_, request);
      },
      std::move(done));
}

}  // namespace onereturn::ingestion

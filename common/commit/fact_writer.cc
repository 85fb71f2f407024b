#include "common/commit/fact_writer.h"

#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/commit/primary_family.h"
#include "common/commit/request_id.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/storage/v1/records.pb.h"

namespace onereturn {
namespace {

// The newest format of every kind of fact.
constexpr uint32_t kFactFormat = 1;

std::string ScopeOf(const FactRequest& request) {
  return RequestScope(request.organisation, request.actor);
}

// Also within whom the id is unique; empty when that is nobody but the scope.
std::string OtherScopeOf(const FactRequest& request) {
  if (!request.organisation_of_caller) return "";
  const std::string& who = request.person.empty() ? request.actor : request.person;
  return who == ScopeOf(request) ? "" : who;
}

absl::Status CheckId(const FactRequest& request) {
  if (request.derived_id && IsRequestId(request.request_id)) return absl::OkStatus();
  return CheckRequestId(request.request_id);
}

std::string RecordOf(const Digest& digest, uint64_t sequence) {
  storage::v1::RequestRecord record;
  record.set_digest(std::string(DigestBytes(digest)));
  record.set_sequence(sequence);
  return record.SerializeAsString();
}

absl::Status RequestIdReused() {
  return Error(Reason::kRequestIdReused,
               "a request with this request_id was accepted with other content: use a new id for "
               "new content")
      .Field("request_id", "was used before");
}

absl::StatusOr<std::optional<AcceptedFact>> FirstAnswer(const FactRequest& request,
                                                        Accepted accepted) {
  feed::v1::Entry entry;
  if (!entry.ParseFromString(accepted.receipt.entry)) {
    return absl::DataLossError("a stored entry cannot be read");
  }
  // Requests of two methods can be the same bytes and still ask for different things.
  if (entry.kind() != request.kind && entry.kind() != request.other_kind) return RequestIdReused();
  accepted.replayed = true;
  const bool unchanged = entry.request_id() != request.request_id;
  return std::optional<AcceptedFact>(AcceptedFact{std::move(accepted), unchanged});
}

// The id of a request that is answered with an earlier entry.
void KeepRequest(const FactRequest& request, uint64_t sequence, std::vector<ReadCheck>* read_set,
                 WriteBatch* batch) {
  for (const std::string& scope : {ScopeOf(request), OtherScopeOf(request)}) {
    if (scope.empty()) continue;
    const std::string key = RequestKey(scope, request.request_id);
    read_set->push_back(ReadCheck{PrimaryFamily::kRequests, key, std::nullopt});
    batch->Put(PrimaryFamily::kRequests, key, RecordOf(request.digest, sequence));
  }
}

absl::StatusOr<Proposal> ProposalOf(const FactRequest& request, NewFact fact) {
  if (fact.fact.size() > kMaxFactBytes) {
    return Error(Reason::kMessageTooLarge,
                 absl::StrCat("what is to be kept has ", fact.fact.size(), " bytes; at most ",
                              kMaxFactBytes, " are taken"))
        .With("limit_bytes", static_cast<int64_t>(kMaxFactBytes));
  }
  Proposal proposal;
  feed::v1::Entry& entry = proposal.entry;
  entry.set_kind(fact.kind == feed::v1::ENTRY_KIND_UNSPECIFIED ? request.kind : fact.kind);
  entry.set_format(kFactFormat);
  entry.set_actor(request.actor);
  entry.set_person(request.person);
  entry.set_role(request.role);
  entry.set_organisation(request.organisation);
  entry.set_request_id(request.request_id);
  entry.set_request_digest(std::string(DigestBytes(request.digest)));
  entry.set_name(std::move(fact.name));
  entry.set_fact(std::move(fact.fact));
  proposal.read_set = std::move(fact.read_set);
  proposal.write = std::move(fact.write);
  if (const std::string other = OtherScopeOf(request); !other.empty()) {
    const std::string key = RequestKey(other, request.request_id);
    proposal.read_set.push_back(ReadCheck{PrimaryFamily::kRequests, key, std::nullopt});
    proposal.write = [key, digest = request.digest, write = std::move(proposal.write)](
                         const Placement& placement, WriteBatch* batch) {
      if (write) write(placement, batch);
      batch->Put(PrimaryFamily::kRequests, key, RecordOf(digest, placement.sequence));
    };
  }
  return proposal;
}

}  // namespace

struct FactWriter::Attempt {
  FactRequest request;
  Judge judge;
  Respond respond;
  Again again;
  bool second = false;
  std::vector<uint64_t> parts = {};  // Where they are, once the committer has placed them.
};

void FactWriter::Write(FactRequest request, Judge judge, Respond respond, Again again) const {
  if (again == nullptr) again = again_;
  Try(std::make_shared<Attempt>(
      Attempt{std::move(request), std::move(judge), std::move(respond), std::move(again)}));
}

void FactWriter::Try(const std::shared_ptr<Attempt>& attempt) const {
  const FactRequest& request = attempt->request;
  const Snapshot snapshot = store_->TakeSnapshot();
  if (!request.validate_only && IsRequestId(request.request_id)) {
    absl::StatusOr<std::optional<AcceptedFact>> earlier = Earlier(request, snapshot);
    if (!earlier.ok() || earlier->has_value()) return attempt->respond(std::move(earlier));
  }
  absl::StatusOr<Decision> decision = attempt->judge(snapshot);
  absl::Status status = decision.status();
  if (status.ok()) status = CheckId(request);
  if (!status.ok()) return attempt->respond(std::move(status));
  if (auto* unchanged = std::get_if<Unchanged>(&*decision)) {
    return KeepUnchanged(attempt, std::move(*unchanged));
  }
  if (std::holds_alternative<NothingToKeep>(*decision) || request.validate_only) {
    return attempt->respond(std::optional<AcceptedFact>());
  }
  if (auto* together = std::get_if<FactsTogether>(&*decision)) {
    return ProposeTogether(attempt, std::move(*together), snapshot);
  }
  Propose(attempt, std::get<NewFact>(*std::move(decision)));
}

absl::StatusOr<std::optional<AcceptedFact>> FactWriter::Earlier(const FactRequest& request,
                                                                const Snapshot& snapshot) const {
  // What the caller itself asked for comes first: where it stands now, others may have ids of
  // theirs.
  if (const std::string other = OtherScopeOf(request); !other.empty()) {
    absl::StatusOr<std::optional<AcceptedFact>> own = EarlierIn(other, request, snapshot);
    if (!own.ok() || own->has_value()) return own;
  }
  return EarlierIn(ScopeOf(request), request, snapshot);
}

absl::StatusOr<std::optional<AcceptedFact>> FactWriter::EarlierIn(const std::string& scope,
                                                                  const FactRequest& request,
                                                                  const Snapshot& snapshot) const {
  ASSIGN_OR_RETURN(std::optional<AcceptedRequest> known,
                   FindRequest(snapshot, scope, request.request_id));
  if (!known.has_value()) return std::optional<AcceptedFact>();
  if (known->digest != request.digest) return RequestIdReused();
  ASSIGN_OR_RETURN(Accepted accepted, committer_->ReceiptOf(known->sequence));
  return FirstAnswer(request, std::move(accepted));
}

// Without its id a repeat that comes after somebody else's change would be taken for a new wish,
// and turn that change back.
void FactWriter::KeepUnchanged(const std::shared_ptr<Attempt>& attempt, Unchanged unchanged) const {
  const uint64_t sequence = unchanged.sequence;
  auto answer = [this, attempt, sequence](absl::Status kept) {
    if (TryAgain(attempt, kept)) return;
    if (!kept.ok()) return attempt->respond(std::move(kept));
    absl::StatusOr<Accepted> accepted = committer_->ReceiptOf(sequence);
    if (!accepted.ok()) return attempt->respond(accepted.status());
    attempt->respond(std::optional<AcceptedFact>(AcceptedFact{*std::move(accepted), true}));
  };
  if (attempt->request.validate_only) return answer(absl::OkStatus());
  PlainWrite write;
  write.read_set = std::move(unchanged.read_set);
  KeepRequest(attempt->request, sequence, &write.read_set, &write.batch);
  write.done = answer;
  if (absl::Status queued = committer_->Write(std::move(write)); !queued.ok()) {
    attempt->respond(std::move(queued));
  }
}

void FactWriter::Propose(const std::shared_ptr<Attempt>& attempt, NewFact fact) const {
  absl::StatusOr<Proposal> proposal = ProposalOf(attempt->request, std::move(fact));
  if (!proposal.ok()) return attempt->respond(proposal.status());
  Propose(attempt, *std::move(proposal));
}

void FactWriter::ProposeTogether(const std::shared_ptr<Attempt>& attempt, FactsTogether facts,
                                 const Snapshot& snapshot) const {
  absl::StatusOr<Proposal> own = ProposalOf(attempt->request, std::move(facts.own));
  if (!own.ok()) return attempt->respond(own.status());
  attempt->parts.assign(facts.parts.size(), 0);
  WriteBatch kept;  // The ids of those that are held already.
  for (size_t i = 0; i < facts.parts.size(); ++i) {
    const FactRequest& request = facts.parts[i].request;
    const absl::StatusOr<std::optional<AcceptedFact>> earlier = Earlier(request, snapshot);
    absl::Status fresh = CheckId(request);
    if (fresh.ok()) fresh = earlier.status();
    if (fresh.ok() && earlier->has_value()) fresh = RequestIdReused();
    if (!fresh.ok()) return attempt->respond(std::move(fresh));
    if (auto* unchanged = std::get_if<Unchanged>(&facts.parts[i].decision)) {
      attempt->parts[i] = unchanged->sequence;
      std::move(unchanged->read_set.begin(), unchanged->read_set.end(),
                std::back_inserter(own->read_set));
      KeepRequest(request, unchanged->sequence, &own->read_set, &kept);
      continue;
    }
    absl::StatusOr<Proposal> part =
        ProposalOf(request, std::get<NewFact>(std::move(facts.parts[i].decision)));
    if (!part.ok()) return attempt->respond(part.status());
    part->write = [attempt, i, write = std::move(part->write)](const Placement& placement,
                                                               WriteBatch* batch) {
      attempt->parts[i] = placement.sequence;
      if (write) write(placement, batch);
    };
    own->parts.push_back(*std::move(part));
  }
  own->write = [kept = std::move(kept), write = std::move(own->write)](const Placement& placement,
                                                                       WriteBatch* batch) {
    if (write) write(placement, batch);
    batch->Append(kept);
  };
  Propose(attempt, *std::move(own));
}

void FactWriter::Propose(const std::shared_ptr<Attempt>& attempt, Proposal proposal) const {
  proposal.done = [this, attempt](absl::StatusOr<Accepted> accepted) {
    if (TryAgain(attempt, accepted.status())) return;
    if (!accepted.ok()) return attempt->respond(accepted.status());
    if (accepted->replayed) {
      return attempt->respond(FirstAnswer(attempt->request, *std::move(accepted)));
    }
    attempt->respond(std::optional<AcceptedFact>(
        AcceptedFact{*std::move(accepted), false, std::move(attempt->parts)}));
  };
  if (absl::Status queued = committer_->Propose(std::move(proposal)); !queued.ok()) {
    attempt->respond(std::move(queued));
  }
}

// Judging reads the store, which the committer's thread has no time for.
bool FactWriter::TryAgain(const std::shared_ptr<Attempt>& attempt,
                          const absl::Status& status) const {
  if (status.ok() || ReasonOf(status) != Reason::kCommitConflict || attempt->second) return false;
  attempt->second = true;
  return attempt->again([this, attempt] { Try(attempt); });
}

}  // namespace onereturn

#include "services/assessment/app/fact_writer.h"

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/feed/wire.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/assessment/app/field_faults.h"
#include "services/assessment/store/facts.h"

namespace onereturn::assessment {
namespace {

// An entry has at most 64 KiB; the rest is for what stands around the fact.
constexpr size_t kMaxFactBytes = 60 * 1024;

absl::Status RequestIdReused() {
  return Error(Reason::kRequestIdReused,
               "a request with this request_id was accepted with other content: use a new id for "
               "new content")
      .Field("request_id", "was used before");
}

absl::StatusOr<std::optional<AcceptedFact>> FactOf(const WriteRequest& request,
                                                   absl::StatusOr<Accepted> accepted) {
  RETURN_IF_ERROR(accepted.status());
  AcceptedFact fact;
  ASSIGN_OR_RETURN(fact.entry, ParseEntry(accepted->receipt.entry));
  // Requests of two methods can be the same bytes and still ask for different things.
  if (fact.entry.kind() != request.kind) return RequestIdReused();
  fact.receipt = ToWire(*accepted);
  fact.replayed = accepted->replayed;
  return std::optional<AcceptedFact>(std::move(fact));
}

}  // namespace

void FactWriter::Write(WriteRequest request, Judge judge, Respond respond) const {
  if (IsRequestId(request.request_id)) {
    absl::StatusOr<std::optional<AcceptedFact>> earlier = Earlier(request);
    if (!earlier.ok() || earlier->has_value()) return respond(std::move(earlier));
  }
  Try(std::make_shared<Attempt>(Attempt{std::move(request), std::move(judge), std::move(respond)}),
      /*may_repeat=*/true);
}

absl::StatusOr<std::optional<AcceptedFact>> FactWriter::Earlier(const WriteRequest& request) const {
  ASSIGN_OR_RETURN(std::optional<AcceptedRequest> known,
                   FindRequest(*store_, request.organisation, request.request_id));
  if (!known.has_value()) return std::optional<AcceptedFact>();
  if (known->digest != request.digest) return RequestIdReused();
  absl::StatusOr<Accepted> accepted = committer_->ReceiptOf(known->sequence);
  if (accepted.ok()) accepted->replayed = true;
  return FactOf(request, std::move(accepted));
}

void FactWriter::Try(const std::shared_ptr<Attempt>& attempt, bool may_repeat) const {
  absl::StatusOr<std::optional<Decision>> decision = attempt->judge();
  if (!decision.ok()) return attempt->respond(decision.status());
  if (!decision->has_value()) return attempt->respond(std::optional<AcceptedFact>());
  if ((*decision)->fact.size() > kMaxFactBytes) {
    return attempt->respond(Error(Reason::kMessageTooLarge,
                                  absl::StrCat("what is to be kept has ", (*decision)->fact.size(),
                                               " bytes; at most ", kMaxFactBytes, " are taken"))
                                .With("limit_bytes", static_cast<int64_t>(kMaxFactBytes)));
  }
  Proposal proposal;
  feed::v1::Entry& entry = proposal.entry;
  entry.set_kind(attempt->request.kind);
  entry.set_format(kFactFormat);
  entry.set_actor(attempt->request.actor);
  entry.set_organisation(attempt->request.organisation);
  entry.set_request_id(attempt->request.request_id);
  entry.set_request_digest(std::string(DigestBytes(attempt->request.digest)));
  entry.set_name((*decision)->name);
  entry.set_fact(std::move((*decision)->fact));
  proposal.read_set = std::move((*decision)->read_set);
  proposal.write = std::move((*decision)->write);
  proposal.done = [this, attempt, may_repeat](absl::StatusOr<Accepted> accepted) {
    const bool conflict = !accepted.ok() && ReasonOf(accepted.status()) == Reason::kCommitConflict;
    // Judging reads the store, which the committer's thread has no time for.
    if (conflict && may_repeat &&
        submit_([this, attempt] { Try(attempt, /*may_repeat=*/false); })) {
      return;
    }
    attempt->respond(FactOf(attempt->request, std::move(accepted)));
  };
  absl::Status queued = committer_->Propose(std::move(proposal));
  if (!queued.ok()) attempt->respond(std::move(queued));
}

}  // namespace onereturn::assessment

#include "common/feed/ledger_operations.h"

#include <future>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/commit/request_id.h"
#include "common/commit/signing_keys.h"
#include "common/digest/digest.h"
#include "common/feed/wire.h"
#include "common/rpc/process_memory.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

absl::Status RequestIdReused() {
  return Error(Reason::kRequestIdReused,
               "a request with this request_id was accepted with other content: use a new id")
      .Field("request_id", "was used before");
}

// What the entry itself says: it may be of long ago, and keys have changed since.
absl::Status Answer(const Accepted& accepted, absl::string_view service,
                    operations::v1::RotateSigningKeyResponse* response) {
  feed::v1::Entry entry;
  if (!entry.ParseFromString(accepted.receipt.entry)) {
    return absl::DataLossError("a stored entry cannot be read");
  }
  // Requests of two methods can be the same bytes and still ask for different things.
  if (entry.kind() != feed::v1::ENTRY_KIND_SIGNING_KEY_CHANGED) return RequestIdReused();
  ASSIGN_OR_RETURN(const KeyChange change, KeyChangeOf(entry, service));
  ASSIGN_OR_RETURN(const VerifyingKey key, VerifyingKey::FromRawBytes(change.new_key));
  *response->mutable_receipt() = ToWire(accepted);
  response->set_key_id(key.key_id());
  response->set_public_key_pem(key.ToPem());
  return absl::OkStatus();
}

}  // namespace

void LedgerOperations::AddStatus(operations::v1::GetStatusResponse* response) const {
  response->set_epoch(committer_->epoch());
  response->set_sequence(committer_->LatestHead().head.size);
  response->set_signing_key_id(committer_->verifying_key().key_id());
  const ProcessMemory memory = ReadProcessMemory();
  response->set_resident_bytes(memory.resident_bytes);
  response->set_peak_resident_bytes(memory.peak_resident_bytes);
  if (seams_.witnesses != nullptr) {
    for (const HeldLedger& held : seams_.witnesses->All()) {
      operations::v1::WitnessedLedger* wire = response->add_witnessed();
      wire->set_service(held.service);
      wire->set_fault(held.fault);
      if (!held.head.has_value()) continue;
      wire->set_epoch(held.head->head.epoch);
      wire->set_size(held.head->head.size);
      *wire->mutable_head_time() = ToWire(Timestamp{held.head->head.time_micros});
    }
  }
  if (seams_.recheck != nullptr) {
    const LedgerRecheck::Progress progress = seams_.recheck->progress();
    response->mutable_ledger_check()->set_checked(progress.checked);
    response->mutable_ledger_check()->set_size(progress.size);
    if (progress.finished.has_value()) {
      *response->mutable_ledger_check()->mutable_finished_time() = ToWire(*progress.finished);
    }
  }
}

absl::StatusOr<std::optional<Accepted>> LedgerOperations::Earlier(
    const feed::v1::Entry& entry) const {
  ASSIGN_OR_RETURN(
      const std::optional<AcceptedRequest> known,
      FindRequest(*store_, RequestScope(entry.organisation(), entry.actor()), entry.request_id()));
  if (!known.has_value()) return std::optional<Accepted>();
  if (DigestBytes(known->digest) != entry.request_digest()) return RequestIdReused();
  ASSIGN_OR_RETURN(Accepted accepted, committer_->ReceiptOf(known->sequence));
  return std::optional<Accepted>(std::move(accepted));
}

absl::Status LedgerOperations::RotateSigningKey(
    const CallContext& call, const operations::v1::RotateSigningKeyRequest& request,
    operations::v1::RotateSigningKeyResponse* response) const {
  RETURN_IF_ERROR(CheckRequestId(request.request_id()));
  const Digest digest = Sha256(request.SerializeAsString());
  Proposal proposal;
  feed::v1::Entry& entry = proposal.entry;
  entry.set_kind(feed::v1::ENTRY_KIND_SIGNING_KEY_CHANGED);
  entry.set_format(1);
  entry.set_actor(call.caller.spiffe_id);
  entry.set_person(call.caller.person);
  entry.set_role(call.caller.role);
  entry.set_request_id(request.request_id());
  entry.set_request_digest(std::string(DigestBytes(digest)));
  ASSIGN_OR_RETURN(const std::optional<Accepted> earlier, Earlier(entry));
  if (earlier.has_value()) return Answer(*earlier, committer_->service(), response);
  if (!seams_.next_key.has_value()) {
    return Error(Reason::kKeyNotGiven,
                 "next_signing_key_file names no other key than the one "
                 "that signs");
  }
  entry.set_name(absl::StrCat("signingKeys/", seams_.next_key->verifying_key().key_id()));
  proposal.next_key = seams_.next_key;
  auto answer = std::make_shared<std::promise<absl::StatusOr<Accepted>>>();
  proposal.done = [answer](absl::StatusOr<Accepted> accepted) {
    answer->set_value(std::move(accepted));
  };
  RETURN_IF_ERROR(committer_->Propose(std::move(proposal)));
  ASSIGN_OR_RETURN(const Accepted accepted, answer->get_future().get());
  return Answer(accepted, committer_->service(), response);
}

}  // namespace onereturn

#include "common/feed/head_exchange.h"

#include <chrono>
#include <utility>

#include "common/commit/journal.h"
#include "common/commit/signing_keys.h"
#include "common/feed/wire.h"
#include "common/rpc/status_conversion.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

constexpr auto kDeadline = std::chrono::seconds(2);

}  // namespace

HeadExchange::HeadExchange(Peer peer, const Store* store, const Committer* committer,
                           LedgerStanding* standing, WitnessedHeads* witnesses)
    : peer_(std::move(peer)),
      store_(store),
      committer_(committer),
      standing_(standing),
      witnesses_(witnesses),
      stub_(ledger::v1::LedgerService::NewStub(peer_.channel)) {}

template <typename Request, typename Response>
absl::StatusOr<Response> HeadExchange::Call(grpc::Status (ledger::v1::LedgerService::Stub::*method)(
                                                grpc::ClientContext*, const Request&, Response*),
                                            const Request& request) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kDeadline);
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (cancelled_) return absl::CancelledError("the service is ending");
    call_ = &context;
  }
  Response response;
  const grpc::Status outcome = (stub_.get()->*method)(&context, request, &response);
  std::lock_guard<std::mutex> lock(mutex_);
  call_ = nullptr;
  RETURN_IF_ERROR(FromGrpcStatus(outcome));
  return response;
}

void HeadExchange::Cancel() {
  std::lock_guard<std::mutex> lock(mutex_);
  cancelled_ = true;
  if (call_ != nullptr) call_->TryCancel();
}

absl::Status HeadExchange::Exchange() {
  RETURN_IF_ERROR(standing_->status());
  ASSIGN_OR_RETURN(ledger::v1::GetHeadRequest request, OwnWord());
  const std::optional<SignedHead> held = witnesses_->Held(peer_.service);
  if (held.has_value()) *request.mutable_known_head() = ToWire(*held);
  ASSIGN_OR_RETURN(const ledger::v1::GetHeadResponse response,
                   Call(&ledger::v1::LedgerService::Stub::GetHead, request));
  held_size_ = 0;
  if (response.has_held_head()) {
    ASSIGN_OR_RETURN(const SignedHead own, FromWire(response.held_head()));
    const absl::Status judged = standing_->Judge(own);
    if (!judged.ok() && ReasonOf(judged) == Reason::kLedgerBehind) return judged;
    // What this service did not sign is nothing to it.
    if (judged.ok() && own.head.epoch == committer_->epoch()) held_size_ = own.head.size;
  }
  return TakeHead(response);
}

absl::StatusOr<ledger::v1::GetHeadRequest> HeadExchange::OwnWord() const {
  ledger::v1::GetHeadRequest request;
  const SignedHead own = committer_->LatestHead();
  *request.mutable_own_head() = ToWire(own);
  ASSIGN_OR_RETURN(const std::optional<KeyHistory> history,
                   ReadKeyHistory(*store_, committer_->service()));
  const VerifyingKey first =
      history.has_value() ? history->entries().front().key : committer_->verifying_key();
  request.set_own_first_key(first.raw_bytes());
  ASSIGN_OR_RETURN(const std::vector<std::string> changes, ReadKeyChangeEntries(*store_));
  for (const std::string& change : changes) request.add_own_key_changes(change);
  if (held_size_ == 0 || held_size_ > own.head.size) return request;
  ASSIGN_OR_RETURN(const std::vector<Digest> proof,
                   ConsistencyProof(held_size_, own.head.size, [this](const NodeId& node) {
                     return LedgerNode(*store_, node);
                   }));
  request.set_own_proof_from(held_size_);
  for (const Digest& node : proof) request.add_own_proof(std::string(DigestBytes(node)));
  return request;
}

absl::Status HeadExchange::TakeHead(const ledger::v1::GetHeadResponse& response) {
  ShownHead shown;
  ASSIGN_OR_RETURN(shown.head, FromWire(response.head()));
  if (shown.head.head.service != peer_.service) {
    return Error(Reason::kFeedBroken, "the head that was asked for is another service's");
  }
  shown.spiffe_id = peer_.spiffe_id;
  shown.asked = true;
  const std::optional<KeyHistory> keys = witnesses_->KeysOf(peer_.service);
  if (!keys.has_value()) {
    ASSIGN_OR_RETURN(const VerifyingKey key, VerifyingKey::FromPem(response.public_key_pem()));
    shown.first_key = key.raw_bytes();
  } else if (!keys->Knows(shown.head.key_id)) {
    RETURN_IF_ERROR(FetchKeyChanges(&shown));
  }
  const std::optional<SignedHead> held = witnesses_->Held(peer_.service);
  if (held.has_value() && held->head.epoch == shown.head.head.epoch &&
      held->head.size < shown.head.head.size) {
    RETURN_IF_ERROR(FetchProof(*held, &shown));
  }
  return witnesses_->Take(shown);
}

absl::Status HeadExchange::FetchKeyChanges(ShownHead* shown) {
  ASSIGN_OR_RETURN(const ledger::v1::ListSigningKeysResponse keys,
                   Call(&ledger::v1::LedgerService::Stub::ListSigningKeys,
                        ledger::v1::ListSigningKeysRequest()));
  for (const ledger::v1::SigningKey& key : keys.keys()) {
    if (!key.entry().empty()) shown->key_changes.push_back(key.entry());
  }
  return absl::OkStatus();
}

absl::Status HeadExchange::FetchProof(const SignedHead& held, ShownHead* shown) {
  shown->proof_from = held.head.size;
  if (held.head.size == 0) return absl::OkStatus();
  ledger::v1::GetConsistencyProofRequest request;
  request.set_old_size(held.head.size);
  request.set_new_size(shown->head.head.size);
  ASSIGN_OR_RETURN(const ledger::v1::GetConsistencyProofResponse response,
                   Call(&ledger::v1::LedgerService::Stub::GetConsistencyProof, request));
  for (const std::string& bytes : response.proof()) {
    absl::StatusOr<Digest> node = DigestFromBytes(bytes);
    // Not of the form of a proof: judged as one that proves nothing.
    shown->proof.push_back(node.ok() ? *node : Digest{});
  }
  return absl::OkStatus();
}

}  // namespace onereturn

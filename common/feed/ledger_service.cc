#include "common/feed/ledger_service.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/commit/signing_keys.h"
#include "common/feed/wire.h"
#include "common/log/log.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

constexpr int kDefaultHeads = 100;
constexpr int kMostHeads = 1'000;
// More changes of keys than these come from nobody honest.
constexpr int kMostKeyChanges = 64;

absl::Status FieldInvalid(absl::string_view field, absl::string_view what) {
  return Error(Reason::kFieldInvalid, absl::StrCat(field, " ", what)).Field(field, what);
}

void AddProof(const std::vector<Digest>& nodes,
              google::protobuf::RepeatedPtrField<std::string>* wire) {
  for (const Digest& node : nodes) *wire->Add() = std::string(DigestBytes(node));
}

absl::StatusOr<ShownHead> ShownIn(const ledger::v1::GetHeadRequest& request,
                                  const std::string& spiffe_id) {
  ShownHead shown;
  ASSIGN_OR_RETURN(shown.head, FromWire(request.own_head()));
  shown.spiffe_id = spiffe_id;
  shown.first_key = request.own_first_key();
  if (request.own_key_changes_size() > kMostKeyChanges) {
    return FieldInvalid("own_key_changes", "are more than a service has");
  }
  shown.key_changes.assign(request.own_key_changes().begin(), request.own_key_changes().end());
  shown.proof_from = request.own_proof_from();
  for (const std::string& bytes : request.own_proof()) {
    ASSIGN_OR_RETURN(const Digest node, DigestFromBytes(bytes));
    shown.proof.push_back(node);
  }
  return shown;
}

}  // namespace

grpc::Status LedgerServer::GetHead(grpc::ServerContext* context,
                                   const ledger::v1::GetHeadRequest* request,
                                   ledger::v1::GetHeadResponse* response) {
  return guard_->Serve(*context, *request, response, [&](const CallContext& call) -> absl::Status {
    if (request->has_known_head()) {
      absl::StatusOr<SignedHead> known = FromWire(request->known_head());
      if (!known.ok()) return FieldInvalid("known_head", "is no signed head");
      RETURN_IF_ERROR(standing_ != nullptr ? standing_->Judge(*known)
                                           : CompareWithOwn(*store_, *committer_, *known));
    }
    if (call.caller.role == rights::v1::ROLE_SERVICE && request->has_own_head() &&
        witnesses_ != nullptr) {
      TakeOwnHead(call, *request, response);
    }
    *response->mutable_head() = ToWire(committer_->LatestHead());
    response->set_public_key_pem(committer_->verifying_key().ToPem());
    return absl::OkStatus();
  });
}

void LedgerServer::TakeOwnHead(const CallContext& call, const ledger::v1::GetHeadRequest& request,
                               ledger::v1::GetHeadResponse* response) const {
  absl::StatusOr<ShownHead> shown = ShownIn(request, call.caller.spiffe_id);
  const absl::Status taken = shown.ok() ? witnesses_->Take(*shown) : shown.status();
  if (!taken.ok()) LogDebug("ledger.head_not_taken", {{"why", TextOf(taken)}});
  const std::optional<SignedHead> held =
      witnesses_->HeldFor(request.own_head().service(), call.caller.spiffe_id);
  if (held.has_value()) *response->mutable_held_head() = ToWire(*held);
}

absl::StatusOr<uint64_t> LedgerServer::SizeAsked(uint64_t asked) const {
  const uint64_t newest = committer_->LatestHead().head.size;
  if (asked <= newest) return asked == 0 ? newest : asked;
  return Error(Reason::kPositionAhead, absl::StrCat("the newest entry is ", newest))
      .With("newest", absl::StrCat(newest))
      .ToStatus();
}

grpc::Status LedgerServer::GetInclusionProof(grpc::ServerContext* context,
                                             const ledger::v1::GetInclusionProofRequest* request,
                                             ledger::v1::GetInclusionProofResponse* response) {
  return guard_->Serve(
      *context, *request, response, [&](const CallContext& /*call*/) -> absl::Status {
        ASSIGN_OR_RETURN(const uint64_t size, SizeAsked(request->tree_size()));
        if (request->sequence() == 0) return FieldInvalid("sequence", "counts from 1");
        if (request->sequence() > size) {
          if (request->tree_size() == 0) return SizeAsked(request->sequence()).status();
          return FieldInvalid("sequence", "lies beyond tree_size");
        }
        const auto nodes = [this](const NodeId& node) { return LedgerNode(*store_, node); };
        ASSIGN_OR_RETURN(const std::vector<Digest> proof,
                         InclusionProof(request->sequence() - 1, size, nodes));
        ASSIGN_OR_RETURN(const Digest leaf, nodes(NodeId{0, request->sequence() - 1}));
        response->set_leaf_hash(std::string(DigestBytes(leaf)));
        AddProof(proof, response->mutable_proof());
        response->set_tree_size(size);
        return absl::OkStatus();
      });
}

grpc::Status LedgerServer::GetConsistencyProof(
    grpc::ServerContext* context, const ledger::v1::GetConsistencyProofRequest* request,
    ledger::v1::GetConsistencyProofResponse* response) {
  return guard_->Serve(
      *context, *request, response, [&](const CallContext& /*call*/) -> absl::Status {
        ASSIGN_OR_RETURN(const uint64_t size, SizeAsked(request->new_size()));
        if (request->old_size() == 0) return FieldInvalid("old_size", "is at least 1");
        if (request->old_size() > size) {
          if (request->new_size() == 0) return SizeAsked(request->old_size()).status();
          return FieldInvalid("old_size", "is greater than new_size");
        }
        ASSIGN_OR_RETURN(const std::vector<Digest> proof,
                         ConsistencyProof(request->old_size(), size, [this](const NodeId& node) {
                           return LedgerNode(*store_, node);
                         }));
        AddProof(proof, response->mutable_proof());
        response->set_new_size(size);
        return absl::OkStatus();
      });
}

grpc::Status LedgerServer::ListWitnessedHeads(grpc::ServerContext* context,
                                              const ledger::v1::ListWitnessedHeadsRequest* request,
                                              ledger::v1::ListWitnessedHeadsResponse* response) {
  return guard_->Serve(
      *context, *request, response, [&](const CallContext& /*call*/) -> absl::Status {
        const std::string& service = request->service();
        const bool known =
            service == "ingestion" || service == "metrics" || service == "assessment";
        if (!known || service == committer_->service()) {
          return FieldInvalid("service", "must be another service than the one that is asked");
        }
        if (request->page_size() < 0) return Error(Reason::kPageSize, "page_size is negative");
        const int limit = request->page_size() == 0 ? kDefaultHeads : request->page_size();
        ASSIGN_OR_RETURN(const std::vector<SignedHead> heads,
                         witnesses_->List(service, request->epoch(), request->above_size(),
                                          static_cast<size_t>(std::min(limit, kMostHeads))));
        for (const SignedHead& head : heads) *response->add_heads() = ToWire(head);
        return absl::OkStatus();
      });
}

grpc::Status LedgerServer::ListSigningKeys(grpc::ServerContext* context,
                                           const ledger::v1::ListSigningKeysRequest* request,
                                           ledger::v1::ListSigningKeysResponse* response) {
  return guard_->Serve(
      *context, *request, response, [&](const CallContext& /*call*/) -> absl::Status {
        ASSIGN_OR_RETURN(const std::optional<KeyHistory> history,
                         ReadKeyHistory(*store_, committer_->service()));
        const KeyHistory keys = history.value_or(KeyHistory(committer_->verifying_key()));
        for (const KeyHistory::Entry& entry : keys.entries()) {
          ledger::v1::SigningKey* wire = response->add_keys();
          wire->set_public_key(entry.key.raw_bytes());
          wire->set_key_id(entry.key.key_id());
          wire->set_from_size(entry.from_size);
          wire->set_from_epoch(entry.from_epoch == 0 ? 1 : entry.from_epoch);
          if (entry.from_size == 0) continue;
          ASSIGN_OR_RETURN(*wire->mutable_entry(), EntryBytes(*store_, entry.from_size));
        }
        return absl::OkStatus();
      });
}

}  // namespace onereturn

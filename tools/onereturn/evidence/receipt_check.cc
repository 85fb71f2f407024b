#include "tools/onereturn/evidence/receipt_check.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/cells/cell_chunk.h"
#include "common/commit/signing_keys.h"
#include "common/digest/digest.h"
#include "common/feed/wire.h"
#include "common/ledger/merkle.h"
#include "common/ledger/receipt.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/ledger/v1/ledger.grpc.pb.h"
#include "tools/onereturn/console/error_text.h"

namespace onereturn::client {
namespace {

absl::Status Lie(absl::string_view what) { return absl::DataLossError(what); }

absl::StatusOr<Cell> FromWire(const common::v1::Cell& wire) {
  Cell cell;
  cell.item = wire.reference().item();
  for (const auto& dimension : wire.reference().dimensions()) {
    cell.dimensions.push_back({dimension.dimension(), dimension.value()});
  }
  if (wire.has_null_reason()) {
    cell.null_reason = static_cast<NullReason>(wire.null_reason());
    return cell;
  }
  ASSIGN_OR_RETURN(const Decimal value, Decimal::FromWideMillionths(wire.millionths()));
  cell.value = value;
  return cell;
}

absl::StatusOr<feed::v1::Entry> EntryOf(const ledger::v1::Receipt& receipt) {
  feed::v1::Entry entry;
  if (!entry.ParseFromString(receipt.entry())) return Lie("the receipt's entry cannot be read");
  return entry;
}

}  // namespace

std::string Hex(absl::string_view bytes) { return absl::BytesToHexString(bytes); }

std::string ShortHex(absl::string_view bytes) {
  constexpr size_t kBytes = 6;
  return Hex(bytes.substr(0, kBytes));
}

absl::StatusOr<VerifyingKey> PublicKeyOf(const config::v1::ClientProfile& profile,
                                         absl::string_view service) {
  const auto found = profile.public_key_files().find(std::string(service));
  if (found == profile.public_key_files().end()) {
    return UsageError(
        absl::StrCat("the profile has no public key of the ", service, " service"),
        absl::StrCat("Add to it: public_key_files { key: \"", service, "\" value: \"FILE.pem\" }"));
  }
  std::ifstream stream(found->second);
  std::stringstream pem;
  pem << stream.rdbuf();
  absl::StatusOr<VerifyingKey> key = VerifyingKey::FromPem(pem.str());
  if (!key.ok()) {
    return UsageError(absl::StrCat("\"", found->second, "\" holds no public key"),
                      "Check `public_key_files` in the profile.");
  }
  return key;
}

absl::StatusOr<KeyHistory> KeysFor(const Session& session, const ledger::v1::Receipt& receipt,
                                   const VerifyingKey& trusted) {
  using LedgerClient = ServiceClient<ledger::v1::LedgerService>;
  KeyHistory keys(trusted);
  const absl::StatusOr<SignedHead> head = onereturn::FromWire(receipt.head());
  if (!head.ok() || keys.Knows(head->key_id)) return keys;
  ASSIGN_OR_RETURN(const auto client, session.To<ledger::v1::LedgerService>(receipt.service()));
  ASSIGN_OR_RETURN(const auto list, client.Call(&LedgerClient::Stub::ListSigningKeys,
                                                ledger::v1::ListSigningKeysRequest()));
  for (const ledger::v1::SigningKey& key : list.keys()) {
    // Those before the trusted key lead to it, not on from it.
    if (key.entry().empty() || key.from_size() > receipt.head().size()) continue;
    const absl::StatusOr<KeyChange> change = KeyChangeOfBytes(key.entry(), receipt.service());
    if (!change.ok() || change->old_key != keys.newest().raw_bytes()) continue;
    ledger::v1::GetInclusionProofRequest request;
    request.set_sequence(change->sequence);
    request.set_tree_size(receipt.head().size());
    ASSIGN_OR_RETURN(const auto proof,
                     client.Call(&LedgerClient::Stub::GetInclusionProof, request));
    std::vector<Digest> nodes;
    for (const std::string& bytes : proof.proof()) {
      ASSIGN_OR_RETURN(nodes.emplace_back(), DigestFromBytes(bytes));
    }
    RETURN_IF_ERROR(keys.Add(*change));
    RETURN_IF_ERROR(VerifyInclusion(HashLeaf(key.entry()), change->sequence - 1, head->head.size,
                                    head->head.root, nodes));
  }
  return keys;
}

absl::Status CheckReceipt(const ledger::v1::Receipt& receipt, const KeyHistory& keys) {
  absl::StatusOr<Receipt> proof = onereturn::FromWire(receipt);
  if (!proof.ok()) return Lie("the receipt is not complete");
  RETURN_IF_ERROR(VerifyReceipt(*proof, keys));
  ASSIGN_OR_RETURN(const feed::v1::Entry entry, EntryOf(receipt));
  // A head also covers what a restore kept of earlier epochs.
  if (entry.sequence() != receipt.sequence() || entry.epoch() != receipt.epoch() ||
      entry.epoch() > receipt.head().epoch()) {
    return Lie("the receipt's place is not the one its entry names");
  }
  if (entry.name() != receipt.name()) {
    return Lie("the receipt's name is not the one its entry names");
  }
  if (receipt.service() != receipt.head().service()) {
    return Lie("the receipt's head is another service's");
  }
  return absl::OkStatus();
}

absl::Status CheckCells(const ledger::v1::Receipt& receipt, absl::string_view revision,
                        const Cells& cells) {
  ASSIGN_OR_RETURN(const feed::v1::Entry entry, EntryOf(receipt));
  if (entry.name() != revision) return Lie("the receipt is of another revision");
  feed::v1::ReturnAccepted accepted;
  if (entry.kind() != feed::v1::ENTRY_KIND_RETURN_ACCEPTED ||
      !accepted.ParseFromString(entry.fact())) {
    return Lie("the receipt is not of a return");
  }
  std::vector<Cell> own;
  for (const common::v1::Cell& wire : cells) {
    ASSIGN_OR_RETURN(Cell cell, FromWire(wire));
    own.push_back(std::move(cell));
  }
  if (own.size() != accepted.cell_count()) {
    return Lie(absl::StrCat("the service shows ", own.size(), " cells; the receipt is of ",
                            accepted.cell_count()));
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> chunks, PackCells(std::move(own)));
  std::vector<Digest> digests;
  for (const std::string& chunk : chunks) digests.push_back(Sha256(chunk));
  const bool equal = std::equal(digests.begin(), digests.end(), accepted.chunk_digests().begin(),
                                accepted.chunk_digests().end(),
                                [](const Digest& own_digest, const std::string& named) {
                                  return DigestBytes(own_digest) == named;
                                });
  if (!equal) return Lie("the cells do not have the digests that the receipt names");
  const Digest whole = CellDigest(digests);
  if (DigestBytes(whole) != accepted.cell_digest()) {
    return Lie("the cells do not have the content hash that the receipt names");
  }
  return absl::OkStatus();
}

}  // namespace onereturn::client

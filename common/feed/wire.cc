#include "common/feed/wire.h"

#include <algorithm>
#include <string>
#include <utility>

#include "common/feed/position.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

absl::Status NotAHead() { return Error(Reason::kFeedBroken, "a signed head cannot be read"); }

}  // namespace

google::protobuf::Timestamp ToWire(Timestamp time) {
  google::protobuf::Timestamp wire;
  int64_t seconds = time.micros / 1'000'000;
  int64_t micros = time.micros % 1'000'000;
  if (micros < 0) {
    micros += 1'000'000;
    --seconds;
  }
  wire.set_seconds(seconds);
  wire.set_nanos(static_cast<int32_t>(micros) * 1'000);
  return wire;
}

absl::StatusOr<Timestamp> FromWire(const google::protobuf::Timestamp& time) {
  const bool nanos_good = time.nanos() >= 0 && time.nanos() <= 999'999'999;
  if (nanos_good && time.seconds() >= kMinTimestamp.micros / 1'000'000 &&
      time.seconds() <= kMaxTimestamp.micros / 1'000'000) {
    return Timestamp{time.seconds() * 1'000'000 + time.nanos() / 1'000};
  }
  return Error(Reason::kFieldInvalid, "a time lies outside the years 1 to 9999");
}

ledger::v1::SignedHead ToWire(const SignedHead& head) {
  ledger::v1::SignedHead wire;
  wire.set_service(head.head.service);
  wire.set_epoch(head.head.epoch);
  wire.set_size(head.head.size);
  wire.set_root(std::string(DigestBytes(head.head.root)));
  *wire.mutable_time() = ToWire(Timestamp{head.head.time_micros});
  wire.set_key_id(head.key_id);
  wire.set_signature(std::string(head.signature.begin(), head.signature.end()));
  return wire;
}

absl::StatusOr<SignedHead> FromWire(const ledger::v1::SignedHead& wire) {
  SignedHead head;
  head.head.service = wire.service();
  head.head.epoch = wire.epoch();
  head.head.size = wire.size();
  absl::StatusOr<Digest> root = DigestFromBytes(wire.root());
  absl::StatusOr<Timestamp> time = FromWire(wire.time());
  if (!root.ok() || !time.ok() || wire.signature().size() != kSignatureBytes) return NotAHead();
  head.head.root = *root;
  head.head.time_micros = time->micros;
  head.key_id = wire.key_id();
  std::copy(wire.signature().begin(), wire.signature().end(), head.signature.begin());
  return head;
}

ledger::v1::Receipt ToWire(const Accepted& accepted) {
  const Receipt& receipt = accepted.receipt;
  ledger::v1::Receipt wire;
  feed::v1::Entry entry;
  if (entry.ParseFromString(receipt.entry)) wire.set_name(entry.name());
  wire.set_service(receipt.head.head.service);
  wire.set_epoch(accepted.placement.epoch);
  wire.set_sequence(receipt.sequence);
  *wire.mutable_time() = ToWire(accepted.placement.time);
  wire.set_leaf_hash(std::string(DigestBytes(receipt.leaf_hash)));
  wire.set_entry(receipt.entry);
  *wire.mutable_head() = ToWire(receipt.head);
  for (const Digest& node : receipt.inclusion_proof) {
    wire.add_inclusion_proof(std::string(DigestBytes(node)));
  }
  Position position;
  position.Set(wire.service(), ServicePosition{wire.epoch(), wire.sequence()});
  wire.set_position(position.ToString());
  return wire;
}

absl::StatusOr<Receipt> FromWire(const ledger::v1::Receipt& wire) {
  Receipt receipt;
  receipt.entry = wire.entry();
  receipt.sequence = wire.sequence();
  ASSIGN_OR_RETURN(receipt.leaf_hash, DigestFromBytes(wire.leaf_hash()));
  ASSIGN_OR_RETURN(receipt.head, FromWire(wire.head()));
  for (const std::string& node : wire.inclusion_proof()) {
    ASSIGN_OR_RETURN(Digest digest, DigestFromBytes(node));
    receipt.inclusion_proof.push_back(digest);
  }
  return receipt;
}

}  // namespace onereturn

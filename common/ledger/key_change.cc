#include "common/ledger/key_change.h"

#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/big_endian.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

constexpr absl::string_view kChangeDomain("onereturn key change 1\0", 23);

std::string Text(const Signature& signature) {
  return std::string(signature.begin(), signature.end());
}

}  // namespace

absl::StatusOr<std::string> CanonicalKeyChangeBytes(const KeyChange& change) {
  if (!IsServiceName(change.service)) {
    return absl::InvalidArgumentError("A change of keys names no service.");
  }
  if (change.old_key.size() != kRawKeyBytes || change.new_key.size() != kRawKeyBytes) {
    return absl::InvalidArgumentError("A change of keys names two keys of 32 bytes.");
  }
  std::string bytes(kChangeDomain);
  bytes.push_back(static_cast<char>(change.service.size()));
  bytes.append(change.service);
  AppendBigEndianU64(change.epoch, &bytes);
  AppendBigEndianU64(change.sequence, &bytes);
  return absl::StrCat(bytes, change.old_key, change.new_key);
}

absl::Status SignKeyChange(const SigningKey& old_key, const SigningKey& new_key,
                           KeyChange* change) {
  change->old_key = old_key.verifying_key().raw_bytes();
  change->new_key = new_key.verifying_key().raw_bytes();
  ASSIGN_OR_RETURN(const std::string bytes, CanonicalKeyChangeBytes(*change));
  ASSIGN_OR_RETURN(const Signature by_old, old_key.Sign(bytes));
  ASSIGN_OR_RETURN(const Signature by_new, new_key.Sign(bytes));
  change->old_key_signature = Text(by_old);
  change->new_key_signature = Text(by_new);
  return absl::OkStatus();
}

absl::Status VerifyKeyChange(const KeyChange& change) {
  absl::StatusOr<std::string> bytes = CanonicalKeyChangeBytes(change);
  if (!bytes.ok()) return absl::DataLossError(bytes.status().message());
  absl::StatusOr<VerifyingKey> old_key = VerifyingKey::FromRawBytes(change.old_key);
  absl::StatusOr<VerifyingKey> new_key = VerifyingKey::FromRawBytes(change.new_key);
  if (!old_key.ok() || !new_key.ok()) {
    return absl::DataLossError("A change of keys names a key that is none.");
  }
  RETURN_IF_ERROR(old_key->Verify(*bytes, change.old_key_signature));
  return new_key->Verify(*bytes, change.new_key_signature);
}

absl::Status KeyHistory::Add(const KeyChange& change) {
  RETURN_IF_ERROR(VerifyKeyChange(change));
  const Entry& last = entries_.back();
  if (change.old_key != last.key.raw_bytes()) {
    return absl::DataLossError(absl::StrCat("The change of keys at entry ", change.sequence,
                                            " does not lead on from the key before it."));
  }
  if (change.sequence == 0 ||
      std::tie(change.epoch, change.sequence) <= std::tie(last.from_epoch, last.from_size)) {
    return absl::DataLossError(absl::StrCat("The change of keys at entry ", change.sequence,
                                            " stands before the one it follows."));
  }
  for (const Entry& entry : entries_) {
    if (entry.key.raw_bytes() != change.new_key) continue;
    return absl::DataLossError(absl::StrCat("The change of keys at entry ", change.sequence,
                                            " turns back to key ", entry.key.key_id(),
                                            ", which signs already or was replaced."));
  }
  ASSIGN_OR_RETURN(VerifyingKey key, VerifyingKey::FromRawBytes(change.new_key));
  entries_.push_back({std::move(key), change.epoch, change.sequence});
  return absl::OkStatus();
}

bool KeyHistory::Knows(absl::string_view key_id) const {
  for (const Entry& entry : entries_) {
    if (entry.key.key_id() == key_id) return true;
  }
  return false;
}

absl::Status KeyHistory::Verify(const SignedHead& head) const {
  for (size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    if (entry.key.key_id() != head.key_id) continue;
    const bool replaced = i + 1 < entries_.size();
    if (replaced && std::tie(head.head.epoch, head.head.size) >=
                        std::tie(entries_[i + 1].from_epoch, entries_[i + 1].from_size)) {
      return absl::FailedPreconditionError(
          absl::StrCat("Key ", head.key_id, " signed a head of ", head.head.size,
                       " entries, but was replaced at entry ", entries_[i + 1].from_size, "."));
    }
    return VerifyHead(head, entry.key);
  }
  return absl::FailedPreconditionError(
      absl::StrCat("Key ", head.key_id, ", which signed the head, is not known."));
}

}  // namespace onereturn

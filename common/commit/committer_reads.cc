// What the committer reads: heads, promises, receipts; whether what was judged on still is so.
#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/commit/commit_group.h"
#include "common/commit/committer.h"
#include "common/commit/primary_family.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

// Signing a head takes microseconds: only a service that is ending keeps one waiting.
constexpr int64_t kMostWaitMicros = 5'000'000;

}  // namespace

absl::StatusOr<Receipt> Committer::MakeReceipt(uint64_t sequence, std::string entry,
                                               const SignedHead& head, NodeReader nodes) const {
  Receipt receipt;
  receipt.entry = std::move(entry);
  receipt.sequence = sequence;
  receipt.leaf_hash = HashLeaf(receipt.entry);
  receipt.head = head;
  ASSIGN_OR_RETURN(receipt.inclusion_proof, InclusionProof(sequence - 1, head.head.size, nodes));
  return receipt;
}

absl::StatusOr<Accepted> Committer::ReceiptOf(uint64_t sequence) const {
  ASSIGN_OR_RETURN(std::string bytes, EntryBytes(*store_, sequence));
  // A group is in the store a moment before its head is signed.
  if (LatestHead().head.size < sequence && !WaitForHeadBeyond(sequence - 1, kMostWaitMicros)) {
    return Error(Reason::kDraining, "the service is shutting down");
  }
  const SignedHead head = LatestHead();
  feed::v1::Entry entry;
  if (!entry.ParseFromString(bytes)) return absl::DataLossError("a stored entry cannot be read");
  Accepted accepted;
  accepted.placement = Placement{entry.epoch(), sequence, Timestamp{entry.time_micros()}};
  ASSIGN_OR_RETURN(accepted.receipt,
                   MakeReceipt(sequence, std::move(bytes), head,
                               [this](const NodeId& node) { return LedgerNode(*store_, node); }));
  return accepted;
}

SignedHead Committer::LatestHead() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return head_;
}

absl::StatusOr<SignedHead> Committer::HeadOfSize(uint64_t size) const {
  SignedHead latest = LatestHead();
  if (size == latest.head.size) return latest;
  if (size > latest.head.size) {
    return Error(Reason::kPositionAhead, absl::StrCat("the newest entry is ", latest.head.size));
  }
  TreeHead head = latest.head;
  head.size = size;
  ASSIGN_OR_RETURN(head.root, RootFromNodes(size, [this](const NodeId& node) {
                     return LedgerNode(*store_, node);
                   }));
  return SignHead(head, signing_key());
}

SigningKey Committer::signing_key() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return key_;
}

absl::StatusOr<Committer::SignedWord> Committer::Sign(absl::string_view message) const {
  const SigningKey key = signing_key();
  ASSIGN_OR_RETURN(const Signature signature, key.Sign(message));
  return SignedWord{key.verifying_key(), signature};
}

VerifyingKey Committer::verifying_key() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return key_.verifying_key();
}

bool Committer::WaitForHeadBeyond(uint64_t size, int64_t micros) const {
  std::unique_lock<std::mutex> lock(mutex_);
  head_changed_.wait_for(lock, std::chrono::microseconds(micros),
                         [&] { return woken_ || head_.head.size > size; });
  return head_.head.size > size;
}

void Committer::WakeWaiters() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    woken_ = true;
  }
  head_changed_.notify_all();
}

Promise Committer::LatestPromise() const {
  std::lock_guard<std::mutex> lock(mutex_);
  // Between groups the clock's time is given away, and the next group begins no earlier.
  if (!in_group_) floor_ = std::max(clock_->Now(), floor_);
  return Promise{head_, floor_};
}

absl::Status Committer::CheckReadSet(const std::vector<ReadCheck>& read_set,
                                     const Group& group) const {
  for (const ReadCheck& check : read_set) {
    std::optional<std::string> current;
    if (auto earlier = group.Find(check.family, check.key); earlier.has_value()) {
      current = *std::move(earlier);
    } else {
      ASSIGN_OR_RETURN(current, store_->Get(check.family, check.key));
    }
    if (current != check.expected) {
      return Error(Reason::kCommitConflict,
                   "what the submission was judged on has changed meanwhile");
    }
  }
  return absl::OkStatus();
}

// Reads the group's entries back from the store and recomputes their leaves: a head is only signed
// over what can be read again.
absl::Status Committer::CheckWritten(const Group& group) const {
  std::vector<std::string> keys;
  keys.reserve(group.facts.size());
  for (const Group::NewFact& fact : group.facts) keys.push_back(EntryKey(fact.placement.sequence));
  ASSIGN_OR_RETURN(auto stored, store_->MultiGet(PrimaryFamily::kEntries, keys));
  for (size_t i = 0; i < stored.size(); ++i) {
    if (!stored[i].has_value() || HashLeaf(*stored[i]) != group.facts[i].leaf) {
      return absl::DataLossError(absl::StrCat("entry ", group.facts[i].placement.sequence,
                                              " does not read back as it was written"));
    }
  }
  return absl::OkStatus();
}

}  // namespace onereturn

// Changes of the key that signs a service's heads, and the keys they lead to.
//
// clang-format off
//   signed-bytes   = domain service-length service epoch sequence old-key new-key
//   domain         = "onereturn key change 1" %x00   ; 23 bytes; nothing else is signed that begins so
//   service-length = u8 (1 to 64)   service = lower-case letters, digits and hyphens
//   epoch sequence = u64 big-endian                  ; the place of the entry that says so
//   old-key new-key = 32 bytes each                  ; raw Ed25519
// clang-format on
//
// Both keys sign these bytes; both signatures stand in the fact, a feed.v1.SigningKeyChanged. The
// head that first covers the entry, and every later one, is signed with the new key.
#ifndef ONERETURN_COMMON_LEDGER_KEY_CHANGE_H_
#define ONERETURN_COMMON_LEDGER_KEY_CHANGE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/ledger/signed_head.h"
#include "common/ledger/signing.h"

namespace onereturn {

struct KeyChange {
  std::string service;
  uint64_t epoch = 0;
  uint64_t sequence = 0;
  std::string old_key;  // Raw.
  std::string new_key;  // Raw.
  std::string old_key_signature;
  std::string new_key_signature;
};

// INVALID_ARGUMENT for a service name or a key that the format cannot hold.
absl::StatusOr<std::string> CanonicalKeyChangeBytes(const KeyChange& change);

// Fills keys and signatures of a change at a place that `change` already names.
absl::Status SignKeyChange(const SigningKey& old_key, const SigningKey& new_key, KeyChange* change);

// DATA_LOSS unless both keys signed the change. For input from anywhere.
absl::Status VerifyKeyChange(const KeyChange& change);

// The keys of one service, from a first one that is trusted, through changes that lead on from it.
// A value type.
class KeyHistory {
 public:
  struct Entry {
    VerifyingKey key;
    uint64_t from_epoch = 0;
    uint64_t from_size = 0;  // 0 for the first; otherwise the sequence of the change.
  };

  explicit KeyHistory(VerifyingKey first) { entries_.push_back({std::move(first), 0, 0}); }

  // The change must be the next one: later than every other, and away from the newest key, to one
  // that was not there before.
  // DATA_LOSS otherwise, or when it is not signed by both keys; then nothing is added.
  absl::Status Add(const KeyChange& change);

  const std::vector<Entry>& entries() const { return entries_; }
  const VerifyingKey& newest() const { return entries_.back().key; }
  // Whether a key with this id is among them.
  bool Knows(absl::string_view key_id) const;

  // OK when a key of the history signed the head and was not replaced before it. Errors as
  // VerifyHead(): FAILED_PRECONDITION also for a key that had been replaced.
  absl::Status Verify(const SignedHead& head) const;

 private:
  std::vector<Entry> entries_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_LEDGER_KEY_CHANGE_H_

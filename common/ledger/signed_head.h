// Signed tree heads: a service's word on what its ledger held at a moment.
//
// clang-format off
//   signed-bytes = domain service-length service epoch size root time
//   domain       = "onereturn tree head 1" %x00   ; 22 bytes; nothing else is signed that begins so
//   service-length = u8 (1 to 64)   service = lower-case letters, digits and hyphens
//   epoch size   = u64 big-endian   root = 32 bytes
//   time         = i64 big-endian                 ; microseconds since 1970 UTC
//
//   stored-head  = signed-bytes key-id signature  ; key-id: 8 bytes
//                                                 ; signature: 64 bytes, Ed25519 over signed-bytes
// clang-format on
//
// Both are formats on disk and on the wire: a change of either needs a new number in the domain.
#ifndef ONERETURN_COMMON_LEDGER_SIGNED_HEAD_H_
#define ONERETURN_COMMON_LEDGER_SIGNED_HEAD_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/digest/digest.h"
#include "common/ledger/signing.h"

namespace onereturn {

struct TreeHead {
  std::string service;  // Whose ledger.
  uint64_t epoch = 0;   // Changes only by a restore.
  uint64_t size = 0;    // Leaves, which is also the last sequence.
  Digest root = {};
  int64_t time_micros = 0;  // Since 1970-01-01 00:00 UTC.

  friend bool operator==(const TreeHead& a, const TreeHead& b) {
    return a.service == b.service && a.epoch == b.epoch && a.size == b.size && a.root == b.root &&
           a.time_micros == b.time_micros;
  }
};

struct SignedHead {
  TreeHead head;
  std::string key_id;  // VerifyingKey::key_id() of the signer.
  Signature signature = {};

  friend bool operator==(const SignedHead& a, const SignedHead& b) {
    return a.head == b.head && a.key_id == b.key_id && a.signature == b.signature;
  }
};

// 1 to 64 lower-case letters, digits and hyphens.
bool IsServiceName(absl::string_view service);

// The signed bytes. INVALID_ARGUMENT for a service name or size that the format cannot hold.
absl::StatusOr<std::string> CanonicalHeadBytes(const TreeHead& head);

absl::StatusOr<SignedHead> SignHead(const TreeHead& head, const SigningKey& key);

// OK, or what is wrong first: INVALID_ARGUMENT for a head that cannot exist, FAILED_PRECONDITION
// when it was signed by another key, DATA_LOSS when the signature is not the key's signature of
// this head.
absl::Status VerifyHead(const SignedHead& signed_head, const VerifyingKey& key);

// The stored form. INVALID_ARGUMENT as above, or for a key id that is not one.
absl::StatusOr<std::string> SerializeSignedHead(const SignedHead& signed_head);
// DATA_LOSS unless exactly what SerializeSignedHead() writes. Does not verify the signature.
absl::StatusOr<SignedHead> ParseSignedHead(absl::string_view bytes);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_LEDGER_SIGNED_HEAD_H_

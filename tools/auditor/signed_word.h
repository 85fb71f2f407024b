// What services sign: their keys, the canonical bytes of a tree head and of a change of keys.
//
// The forms are those that common/ledger/signed_head.h and key_change.h state as grammars; this is
// a second reading of them.
#ifndef ONERETURN_TOOLS_AUDITOR_SIGNED_WORD_H_
#define ONERETURN_TOOLS_AUDITOR_SIGNED_WORD_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/ledger/v1/ledger.pb.h"

namespace onereturn::auditor {

// An Ed25519 public key: 32 bytes. A value.
struct PublicKey {
  std::string bytes;

  // The first eight bytes of its SHA-256, in lower-case hex.
  std::string id() const;
  bool Signed(absl::string_view message, absl::string_view signature) const;

  friend bool operator==(const PublicKey& a, const PublicKey& b) { return a.bytes == b.bytes; }
};

// nullopt for anything but a SubjectPublicKeyInfo of an Ed25519 key.
std::optional<PublicKey> PublicKeyFromPem(absl::string_view pem);
// nullopt unless 32 bytes that are a key.
std::optional<PublicKey> PublicKeyFromBytes(absl::string_view bytes);

// Microseconds since 1970; nullopt for a time that no head can hold.
std::optional<int64_t> Micros(const google::protobuf::Timestamp& time);

// The bytes that a service signs for a head; nullopt for a head that cannot exist.
std::optional<std::string> HeadBytes(const ledger::v1::SignedHead& head);

// True when `head` names the key and is signed by it.
bool HeadIsSigned(const ledger::v1::SignedHead& head, const PublicKey& key);

// True when both keys' owners signed the change, at this place of this service's ledger.
bool KeyChangeIsSigned(const feed::v1::SigningKeyChanged& change, absl::string_view service,
                       uint64_t epoch, uint64_t sequence);

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_SIGNED_WORD_H_

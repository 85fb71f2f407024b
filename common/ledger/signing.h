// Ed25519 signatures (RFC 8032).
#ifndef ONERETURN_COMMON_LEDGER_SIGNING_H_
#define ONERETURN_COMMON_LEDGER_SIGNING_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace onereturn {

// Of Ed25519 (RFC 8032).
inline constexpr size_t kSignatureBytes = 64;
inline constexpr size_t kRawKeyBytes = 32;
// Of a key id: the first bytes of the SHA-256 of the public key; in texts twice as many hexadecimal
// digits.
inline constexpr size_t kKeyIdBytes = 8;
using Signature = std::array<uint8_t, kSignatureBytes>;

// The public half. A cheap copy of an immutable key; thread safe.
class VerifyingKey {
 public:
  // The text of a PEM file with a "PUBLIC KEY". INVALID_ARGUMENT if it is not an Ed25519 key.
  static absl::StatusOr<VerifyingKey> FromPem(absl::string_view pem);
  // The 32 bytes of RFC 8032. INVALID_ARGUMENT if there are more or fewer.
  static absl::StatusOr<VerifyingKey> FromRawBytes(absl::string_view bytes);

  std::string ToPem() const;
  const std::string& raw_bytes() const;
  // The first 8 bytes of the SHA-256 of the raw key, as 16 lower-case hexadecimal digits.
  const std::string& key_id() const;

  // OK, or DATA_LOSS: the message is not what the key's owner signed. `signature` may be any bytes.
  absl::Status Verify(absl::string_view message, absl::string_view signature) const;

 private:
  friend class SigningKey;
  struct State;
  explicit VerifyingKey(std::shared_ptr<const State> state);
  std::shared_ptr<const State> state_;
};

// The private half. A cheap copy of an immutable key; thread safe.
class SigningKey {
 public:
  // A new key from the operating system's randomness.
  static absl::StatusOr<SigningKey> Generate();
  // The text of a PEM file with an unencrypted "PRIVATE KEY". INVALID_ARGUMENT if it is not an
  // Ed25519 key; the text of the error never holds any of the key.
  static absl::StatusOr<SigningKey> FromPem(absl::string_view pem);

  // The private key, unencrypted: keep it out of logs, and in a file that only its owner can read.
  absl::StatusOr<std::string> ToPem() const;

  const VerifyingKey& verifying_key() const;

  // INTERNAL if the cryptographic library fails.
  absl::StatusOr<Signature> Sign(absl::string_view message) const;

 private:
  struct State;
  explicit SigningKey(std::shared_ptr<const State> state);
  std::shared_ptr<const State> state_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_LEDGER_SIGNING_H_

// Keys that sign people's tokens, and sets of them as JSON (RFC 7517, RFC 8037).
#ifndef ONERETURN_COMMON_TOKEN_TOKEN_KEY_H_
#define ONERETURN_COMMON_TOKEN_TOKEN_KEY_H_

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace onereturn {

// The two ways of signing that are taken. Any other (RSA, shared secrets, none) is not written.
enum class TokenAlgorithm { kEs256, kEdDsa };

// "ES256" or "EdDSA", as RFC 7518 and RFC 8037 name them.
absl::string_view NameOf(TokenAlgorithm algorithm);
std::optional<TokenAlgorithm> TokenAlgorithmFromName(absl::string_view name);

// A public key of one algorithm. A cheap copy of an immutable key; thread safe.
class TokenKey {
 public:
  // For ES256 a point of P-256, for EdDSA a key of Ed25519, as two or one text in base64url,
  // without its surrounding JSON. INVALID_ARGUMENT when it is none.
  static absl::StatusOr<TokenKey> FromCoordinates(TokenAlgorithm algorithm, absl::string_view x,
                                                  absl::string_view y);

  // Is `signature`, the 64 bytes of RFC 7518 3.4 or RFC 8032, the key's over `message`?
  bool Verifies(absl::string_view message, absl::string_view signature) const;

 private:
  struct State;
  explicit TokenKey(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

// An issuer's keys by their id.
using TokenKeys = std::map<std::string, TokenKey>;

// Reads a JWK set: every key of `algorithm`; keys of other kinds or uses are passed over.
// INVALID_ARGUMENT, in words that hold nothing of a key: what is no such set, a key without "kid"
// or with another's, a private key, a key of the algorithm that is no key, or none at all.
absl::StatusOr<TokenKeys> ParseTokenKeys(absl::string_view json, TokenAlgorithm algorithm);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_TOKEN_TOKEN_KEY_H_

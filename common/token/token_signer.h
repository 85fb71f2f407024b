// Making tokens: what `onereturn login` does for development, and what tests need. In production an
// identity provider does it (docs/sign-in.md).
#ifndef ONERETURN_COMMON_TOKEN_TOKEN_SIGNER_H_
#define ONERETURN_COMMON_TOKEN_TOKEN_SIGNER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/clock/clock.h"
#include "common/digest/digest.h"
#include "common/token/token_key.h"

namespace onereturn {

// What a token says. The texts are taken as they are: a verifier judges them.
struct TokenClaims {
  std::string issuer;
  std::string subject;
  std::string organisation;
  std::string token_id;
  Timestamp issued;  // Whole seconds count.
  Timestamp expires;
  Digest certificate = {};  // SHA-256 of the certificate that the token is bound to.
  std::string purpose;      // Empty: left out.
};

// A private key of an issuer. A cheap copy of an immutable key; thread safe.
class TokenSigner {
 public:
  static absl::StatusOr<TokenSigner> Generate(TokenAlgorithm algorithm);
  // The text of a PEM file with an unencrypted private key of P-256 or Ed25519. INVALID_ARGUMENT,
  // in words that hold none of the key, otherwise.
  static absl::StatusOr<TokenSigner> FromPem(absl::string_view pem);

  // Keep it out of logs, and in a file that only its owner can read.
  absl::StatusOr<std::string> ToPem() const;
  TokenAlgorithm algorithm() const;
  // From the public key's bytes: the same for the same key.
  const std::string& key_id() const;
  // A JWK set with the public key alone.
  std::string ToKeySet() const;

  absl::StatusOr<std::string> Sign(const TokenClaims& claims) const;
  // A token with this header and this body, whatever they are.
  absl::StatusOr<std::string> SignText(absl::string_view header, absl::string_view body) const;

 private:
  struct State;
  explicit TokenSigner(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  static absl::StatusOr<TokenSigner> FromState(std::shared_ptr<State> state);
  std::shared_ptr<const State> state_;
};

// A fresh token id.
std::string NewTokenId();

}  // namespace onereturn

#endif  // ONERETURN_COMMON_TOKEN_TOKEN_SIGNER_H_

// People's tokens: signed JSON in the compact form (RFC 7515, RFC 7519) of the type "at+jwt" (RFC
// 9068), with the advice of RFC 8725. What a token must hold stands in docs/sign-in.md.
//
// The order matters. The text's size and form come first; then who claims to have issued it, which
// says the one algorithm that is taken; then the key, looked up by its id among that issuer's own;
// then the signature; and only then is anything that the token claims believed. Nothing in a token
// ever leads to a file, an address or a key.
#ifndef ONERETURN_COMMON_TOKEN_TOKEN_VERIFIER_H_
#define ONERETURN_COMMON_TOKEN_TOKEN_VERIFIER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/clock/clock.h"
#include "common/digest/digest.h"
#include "common/token/token_holder.h"
#include "common/token/token_key.h"

namespace onereturn {

// `aud` must be or hold this.
inline constexpr char kTokenAudience[] = "onereturn";
// Several times what a token of this kind has; a header field of a call may have 8 KiB.
inline constexpr size_t kMaxTokenBytes = 4'096;
// From `iat` to `exp`: how long a stolen token is of use, and a right taken from a person by the
// issuer goes on.
inline constexpr int64_t kMaxTokenSeconds = 15 * 60;
// How far an issuer's clock may be ahead.
inline constexpr int64_t kTokenSkewSeconds = 60;

// The keys as they are now; never null.
using TokenKeySource = std::function<std::shared_ptr<const TokenKeys>()>;

struct TrustedIssuer {
  std::string issuer;  // The claim `iss`, byte for byte.
  TokenAlgorithm algorithm = TokenAlgorithm::kEs256;
  TokenKeySource keys;
};

// OK for what IsPseudonym (common/base/pseudonym.h) takes. TOKEN_FORMAT without a word of the
// subject otherwise.
absl::Status CheckSubject(absl::string_view subject);

// Whose certificate a token is bound to.
enum class TokenBinding {
  kPresenter,  // The caller's own: a token that is no use to who stole it alone.
  // Any: the caller is a service of the suite that passes on the token of its own caller, which it
  // has verified against that caller's certificate. Still the token must be bound to one.
  kForwarded,
};

// Thread safe.
class TokenVerifier {
 public:
  // `clock` must outlive it. FIELD_INVALID for an issuer that is empty or given twice.
  static absl::StatusOr<std::unique_ptr<TokenVerifier>> Create(std::vector<TrustedIssuer> issuers,
                                                               const Clock* clock);

  // The person that `token` names. `certificate` is the SHA-256 of the caller's certificate (DER).
  //   TOKEN_FORMAT       too large, not of the form, a claim missing or not of its kind
  //   TOKEN_HEADER       another type, no usable key id, or a member that says how to verify
  //   TOKEN_ISSUER       not of an issuer that is trusted here
  //   TOKEN_ALG          not the issuer's algorithm
  //   TOKEN_SIGNATURE    signed by no key of the issuer's, or altered
  //   TOKEN_AUDIENCE     for another service
  //   TOKEN_NOT_YET      from the future
  //   TOKEN_EXPIRED      past its end
  //   IDENTITY_MISMATCH  bound to another certificate
  // No error holds any of the token.
  absl::StatusOr<TokenHolder> Verify(absl::string_view token, const Digest& certificate,
                                     TokenBinding binding) const;

 private:
  TokenVerifier(std::vector<TrustedIssuer> issuers, const Clock* clock)
      : issuers_(std::move(issuers)), clock_(clock) {}

  const TrustedIssuer* Find(absl::string_view issuer) const;

  const std::vector<TrustedIssuer> issuers_;
  const Clock* const clock_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_TOKEN_TOKEN_VERIFIER_H_

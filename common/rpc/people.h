// Which person calls, when a token names one.
#ifndef ONERETURN_COMMON_RPC_PEOPLE_H_
#define ONERETURN_COMMON_RPC_PEOPLE_H_

#include <grpcpp/server_context.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/clock/clock.h"
#include "common/digest/digest.h"
#include "common/rpc/caller_certificate.h"
#include "common/token/single_use.h"
#include "common/token/token_verifier.h"
#include "onereturn/config/v1/config.pb.h"

namespace onereturn {

// Call metadata, as RFC 6750 has it: "authorization: Bearer {token}".
inline constexpr char kTokenMetadata[] = "authorization";
inline constexpr char kTokenScheme[] = "Bearer ";

// Someone who is signed in.
struct SignedIn {
  TokenHolder holder;
  // To be passed on to other services that are asked on the person's behalf, and for nothing else.
  std::string token;
};

// Thread safe.
class People {
 public:
  // Nobody's tokens are trusted: a call with one is refused, for none is ever passed over.
  static std::unique_ptr<People> None();
  // Those of the configuration's issuers, at the systems of the rights file. `clock` must outlive
  // it. FIELD_INVALID names the issuer or the principal at fault.
  static absl::StatusOr<std::unique_ptr<People>> Create(const config::v1::ServerConfig& config,
                                                        const config::v1::RightsFile& rights,
                                                        const Clock* clock);

  // Who is signed in on a call; nothing when a system calls for itself, and may.
  // clang-format off
  //   TOKEN_MISSING      the system may only call for people
  //   IDENTITY_MISMATCH  the token is not the certificate's, or the person is not of an
  //                      organisation whose people the system carries (Principal.people_of)
  //   as TokenVerifier::Verify
  // clang-format on
  // A service of the suite passes on tokens of others: the binding to a certificate was checked by
  // the service that was called, and what may be done is what both the person and the service may.
  absl::StatusOr<std::optional<SignedIn>> Of(const grpc::ServerContextBase& context,
                                             const CallerCertificate& caller) const;
  // The same for a header field's value; null: the call has none.
  absl::StatusOr<std::optional<SignedIn>> Of(const std::string* authorization,
                                             const CallerCertificate& caller) const;

  // For approvals, each of which takes a token of its own: as SingleUse::Use.
  absl::Status UseOnce(const TokenHolder& holder, const Digest& act) const {
    return uses_->Use(holder, act);
  }
  // As SingleUse::GiveBack.
  void GiveBack(const TokenHolder& holder, const Digest& act) const {
    uses_->GiveBack(holder, act);
  }

 private:
  // What the rights file says of a system.
  struct Carrier {
    std::string people_of;  // ODS code; "*": anybody's; empty: nobody's.
    bool needs_person = false;
    bool is_service = false;
  };

  absl::Status CheckOrganisation(const TokenHolder& holder, const Carrier& carrier) const;

  std::unique_ptr<TokenVerifier> verifier_;
  std::unique_ptr<SingleUse> uses_;
  std::map<std::string, Carrier> carriers_;  // By SPIFFE id.
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_RPC_PEOPLE_H_

// Who calls, by certificate and token, for the guard.
#ifndef ONERETURN_COMMON_RPC_CALLER_IDENTITY_H_
#define ONERETURN_COMMON_RPC_CALLER_IDENTITY_H_

#include <grpcpp/server_context.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "common/identity/principal.h"
#include "common/rpc/caller_certificate.h"
#include "common/rpc/people.h"

namespace onereturn {

struct CallerIdentity {
  // Without the role, which the call's metadata names.
  Principal principal;
  std::optional<SignedIn> signed_in;
};

// Thread safe, but for Use().
class CallerIdentities {
 public:
  // Nobody's tokens are trusted, and nothing is revoked, until this is called.
  void Use(std::shared_ptr<const People> people, std::shared_ptr<const Revocations> revocations) {
    people_ = std::move(people);
    certificates_.Use(std::move(revocations));
  }
  const People& people() const { return *people_; }

  // SVID_INVALID, and as People::Of.
  absl::StatusOr<CallerIdentity> Of(const grpc::ServerContextBase& context) const;
  // The certificate's SPIFFE id alone: who was refused.
  absl::StatusOr<std::string> SystemOf(const grpc::ServerContextBase& context) const;

 private:
  CallerCertificates certificates_;
  std::shared_ptr<const People> people_ = People::None();
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_RPC_CALLER_IDENTITY_H_

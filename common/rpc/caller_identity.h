// Who calls, by certificate and token, for the guard.
#ifndef ONERETURN_COMMON_RPC_CALLER_IDENTITY_H_
#define ONERETURN_COMMON_RPC_CALLER_IDENTITY_H_

#include <grpcpp/server_context.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "common/rpc/caller_certificate.h"
#include "common/rpc/people.h"

namespace onereturn {

// Thread safe, but for Use().
class CallerIdentities {
 public:
  // `clock` must outlive it.
  explicit CallerIdentities(const Clock* clock) : certificates_(clock) {}

  // Nobody's tokens are trusted, and nothing is revoked, until this is called.
  void Use(std::shared_ptr<const People> people, std::shared_ptr<const Revocations> revocations) {
    people_ = std::move(people);
    certificates_.Use(std::move(revocations));
  }
  const People& people() const { return *people_; }

  // Which system calls; cheap. SVID_INVALID.
  absl::StatusOr<CallerCertificate> CertificateOf(const grpc::ServerContextBase& context) const {
    return certificates_.Of(context);
  }
  // Who is signed in: a signature is verified, so it is asked once a call. As People::Of.
  absl::StatusOr<std::optional<SignedIn>> PersonOf(const grpc::ServerContextBase& context,
                                                   const CallerCertificate& certificate) const {
    return people_->Of(context, certificate);
  }

 private:
  CallerCertificates certificates_;
  std::shared_ptr<const People> people_ = People::None();
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_RPC_CALLER_IDENTITY_H_

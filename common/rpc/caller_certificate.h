// Which system calls: what its certificate says. gRPC has seen to it that the certificate is an
// authority's and in force when the connection was made; the rest is seen to here, at each call.
#ifndef ONERETURN_COMMON_RPC_CALLER_CERTIFICATE_H_
#define ONERETURN_COMMON_RPC_CALLER_CERTIFICATE_H_

#include <grpcpp/server_context.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/clock/clock.h"
#include "common/digest/digest.h"
#include "common/rpc/revocations.h"

namespace onereturn {

struct CallerCertificate {
  std::string spiffe_id;
  Digest sha256 = {};
  std::string issue;  // For a revocation list.
  Timestamp not_after;
};

// Remembers what it read, so that a certificate is taken apart once and not at every call. Thread
// safe.
class CallerCertificates {
 public:
  // `clock` must outlive it.
  explicit CallerCertificates(const Clock* clock) : clock_(clock) {}

  // Nothing is taken as revoked until this is called, before the first call.
  void Use(std::shared_ptr<const Revocations> revocations) {
    revocations_ = std::move(revocations);
  }

  // SVID_INVALID: no certificate, not exactly one SPIFFE id, an authority's certificate, or one
  // that has been revoked or has ended since its connection was made.
  absl::StatusOr<CallerCertificate> Of(const grpc::ServerContextBase& context) const;
  // The same for the text of a certificate.
  absl::StatusOr<CallerCertificate> Read(absl::string_view pem) const;

 private:
  const Clock* const clock_;
  std::shared_ptr<const Revocations> revocations_ = std::make_shared<Revocations>();
  mutable std::mutex mutex_;
  mutable std::map<std::string, absl::StatusOr<CallerCertificate>, std::less<>> known_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_RPC_CALLER_CERTIFICATE_H_

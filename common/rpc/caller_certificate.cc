#include "common/rpc/caller_certificate.h"

#include <grpc/grpc_security_constants.h>

#include "absl/strings/str_cat.h"
#include "common/authority/certificate_reading.h"
#include "common/identity/rights.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

// Beyond it all are forgotten and read anew: far more than systems call at a time.
constexpr size_t kMostKnown = 1'024;

absl::StatusOr<CallerCertificate> ReadOnce(absl::string_view pem) {
  const absl::StatusOr<CertificateFacts> facts = ReadCertificate(pem, "certificate");
  if (!facts.ok()) {
    return Error(Reason::kSvidInvalid, "the caller's certificate cannot be read");
  }
  ASSIGN_OR_RETURN(std::string spiffe_id, SpiffeIdOf(facts->uri_names));
  if (facts->may_sign) {
    return Error(Reason::kSvidInvalid,
                 "the certificate is an authority's: a system calls with one that signs nothing");
  }
  return CallerCertificate{std::move(spiffe_id), facts->sha256, facts->issue, facts->not_after};
}

}  // namespace

absl::StatusOr<CallerCertificate> CallerCertificates::Read(absl::string_view pem) const {
  absl::StatusOr<CallerCertificate> certificate = [&]() -> absl::StatusOr<CallerCertificate> {
    std::lock_guard<std::mutex> lock(mutex_);
    if (const auto found = known_.find(std::string(pem)); found != known_.end()) {
      return found->second;
    }
    if (known_.size() >= kMostKnown) known_.clear();
    return known_.emplace(std::string(pem), ReadOnce(pem)).first->second;
  }();
  if (certificate.ok() && certificate->not_after <= clock_->Now()) {
    return Error(Reason::kSvidInvalid, absl::StrCat("the certificate ended at ",
                                                    FormatTimestamp(certificate->not_after)));
  }
  if (certificate.ok() && revocations_->Holds(certificate->issue)) {
    return Error(Reason::kSvidInvalid, "the certificate has been revoked by its authority");
  }
  return certificate;
}

absl::StatusOr<CallerCertificate> CallerCertificates::Of(
    const grpc::ServerContextBase& context) const {
  if (const auto identity = context.auth_context(); identity != nullptr) {
    const auto pem = identity->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
    if (pem.size() == 1) return Read(absl::string_view(pem[0].data(), pem[0].size()));
  }
  return Error(Reason::kSvidInvalid, "the call came without a certificate");
}

}  // namespace onereturn

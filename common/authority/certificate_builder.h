// Putting a certificate together. Private to the library.
#ifndef ONERETURN_COMMON_AUTHORITY_CERTIFICATE_BUILDER_H_
#define ONERETURN_COMMON_AUTHORITY_CERTIFICATE_BUILDER_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/authority/authority.h"
#include "common/authority/openssl_objects.h"

namespace onereturn::openssl {

// What every certificate has.
struct CertificateParts {
  absl::string_view subject;        // Common name.
  EVP_PKEY* subject_key = nullptr;  // Not owned.
  X509* issuer = nullptr;           // Not owned; null: the certificate signs itself.
  EVP_PKEY* issuer_key = nullptr;   // Not owned.
  Timestamp not_before;
  Timestamp not_after;
};

// `names`: what request.spiffe_ids, dns_names and ip_addresses say; request.is_ca chooses the
// usages.
absl::StatusOr<Certificate> BuildCertificate(const CertificateParts& parts,
                                             const IssueRequest& request);

}  // namespace onereturn::openssl

#endif  // ONERETURN_COMMON_AUTHORITY_CERTIFICATE_BUILDER_H_

#include "common/service/own_identity.h"

#include "common/authority/certificate_reading.h"
#include "common/identity/rights.h"
#include "common/status/status_macros.h"

namespace onereturn {

absl::StatusOr<std::string> SpiffeIdOfCertificate(absl::string_view pem) {
  ASSIGN_OR_RETURN(const CertificateFacts facts, ReadCertificate(pem, "tls.certificate_file"));
  return SpiffeIdOf(facts.uri_names);
}

}  // namespace onereturn

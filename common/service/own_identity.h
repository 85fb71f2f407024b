// The name that a service's own certificate gives it.
#ifndef ONERETURN_COMMON_SERVICE_OWN_IDENTITY_H_
#define ONERETURN_COMMON_SERVICE_OWN_IDENTITY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace onereturn {

// The SPIFFE id of a certificate. FIELD_INVALID when it is no PEM certificate, SVID_INVALID when it
// carries not exactly one URI name of that form.
absl::StatusOr<std::string> SpiffeIdOfCertificate(absl::string_view pem);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_SERVICE_OWN_IDENTITY_H_

// What a certificate says, and whether the files of a TLS identity belong together.
#ifndef ONERETURN_COMMON_AUTHORITY_CERTIFICATE_READING_H_
#define ONERETURN_COMMON_AUTHORITY_CERTIFICATE_READING_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/clock/clock.h"
#include "common/digest/digest.h"

namespace onereturn {

// A value type.
struct CertificateFacts {
  Digest sha256 = {};                  // Of the DER form: `x5t#S256` of a token bound to it.
  std::vector<std::string> uri_names;  // Of the subject alternative names, in order.
  std::string issue;      // Its issuer and number, as a revocation list names it; not for people.
  bool may_sign = false;  // An authority's: CA:TRUE, or a key usage that signs certificates.
  Timestamp not_before;
  Timestamp not_after;
};

// The first certificate of a PEM text. FIELD_INVALID for `field` when there is none.
absl::StatusOr<CertificateFacts> ReadCertificate(absl::string_view pem, absl::string_view field);

// A certificate (its chain may follow it), its unencrypted private key, and the certificates of the
// authorities that peers must be signed by, all as the texts of PEM files. FIELD_INVALID names the
// text at fault and says what it holds instead; the error never holds any of a key. Faults: not
// what it should be, a key of another certificate, an authority's certificate as one's own, a
// certificate that ended before `now`, an authority file with no authority.
absl::Status CheckTlsIdentity(absl::string_view certificate_pem, absl::string_view key_pem,
                              absl::string_view authority_pem, Timestamp now);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_AUTHORITY_CERTIFICATE_READING_H_

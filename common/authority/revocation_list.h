// Certificates that their authority took back before their end (RFC 5280, section 5).
#ifndef ONERETURN_COMMON_AUTHORITY_REVOCATION_LIST_H_
#define ONERETURN_COMMON_AUTHORITY_REVOCATION_LIST_H_

#include <optional>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/clock/clock.h"

namespace onereturn {

// A value type; empty: nothing was taken back.
class RevocationList {
 public:
  // One or more X.509 revocation lists, and the authorities that must have signed them, both as the
  // texts of PEM files. A list is one authority's; of several of one authority all count.
  // FIELD_INVALID for "revocation_file": no list, a damaged one, one that none of the authorities
  // signed.
  static absl::StatusOr<RevocationList> FromPem(absl::string_view lists_pem,
                                                absl::string_view authorities_pem);

  // `issue` names a certificate, as CertificateFacts::issue does.
  bool Holds(absl::string_view issue) const { return revoked_.count(issue) > 0; }
  // When the first of the lists should have been followed by a newer one. Nothing where none says.
  const std::optional<Timestamp>& next_update() const { return next_update_; }

 private:
  std::set<std::string, std::less<>> revoked_;
  std::optional<Timestamp> next_update_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_AUTHORITY_REVOCATION_LIST_H_

// Certificates that their authority took back before their end (RFC 5280, section 5).
#ifndef ONERETURN_COMMON_AUTHORITY_REVOCATION_LIST_H_
#define ONERETURN_COMMON_AUTHORITY_REVOCATION_LIST_H_

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/clock/clock.h"

namespace onereturn {

// A value type; empty: nothing was taken back.
class RevocationList {
 public:
  // One or more X.509 revocation lists, and the authorities that must have signed them, both as the
  // texts of PEM files. A list is one authority's; of several of one authority all count. What
  // `before` holds of authorities that have no list here counts as well: of each of
  // `authorities_pem`, and of the 64 others that were given a list last, since a connection
  // outlives the authority that it was opened under. An authority is its name and its key.
  // FIELD_INVALID for "revocation_file": no list, a damaged one, one that none of the authorities
  // signed.
  static absl::StatusOr<RevocationList> FromPem(absl::string_view lists_pem,
                                                absl::string_view authorities_pem,
                                                const RevocationList& before);
  static absl::StatusOr<RevocationList> FromPem(absl::string_view lists_pem,
                                                absl::string_view authorities_pem) {
    return FromPem(lists_pem, authorities_pem, RevocationList());
  }

  // `issue` names a certificate, as CertificateFacts::issue does.
  bool Holds(absl::string_view issue) const;
  // How many certificates it holds.
  size_t size() const;
  // When the first of the lists that were given should have been followed by a newer one. Nothing
  // where none says.
  const std::optional<Timestamp>& next_update() const { return next_update_; }
  // How many authorities have no list among those that were given, and count by `before`.
  int kept_of_before() const { return kept_of_before_; }

 private:
  // What an authority took back.
  struct OfAuthority {
    std::string authority;
    std::set<std::string, std::less<>> issues;
  };

  std::set<std::string, std::less<>>& IssuesOf(const std::string& authority);
  void Keep(const RevocationList& before, const std::set<std::string>& trusted);

  std::vector<OfAuthority> revoked_;  // The newest first.
  int kept_of_before_ = 0;
  std::optional<Timestamp> next_update_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_AUTHORITY_REVOCATION_LIST_H_

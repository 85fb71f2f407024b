// A development certificate authority: enough for a laptop, a demonstration and the tests, so that
// nothing ever runs without mutual TLS. A production deployment brings certificates of its own.
//
// Keys are EC P-256. A leaf carries keyUsage digitalSignature, the server and client usages, and
// its names as subject alternative names: SPIFFE ids as URIs (X.509-SVID), DNS names, addresses.
#ifndef ONERETURN_COMMON_AUTHORITY_AUTHORITY_H_
#define ONERETURN_COMMON_AUTHORITY_AUTHORITY_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/clock/clock.h"

namespace onereturn {

// A certificate and its private key, both as the text of a PEM file. The key is not encrypted: keep
// it out of logs, and in a file that only its owner can read.
struct CertifiedKey {
  std::string certificate_pem;
  std::string key_pem;
};

struct IssueRequest {
  // Exactly one names a system. Any number is taken, so that tests can make certificates that a
  // service must refuse.
  std::vector<std::string> spiffe_ids;
  std::vector<std::string> dns_names;
  std::vector<std::string> ip_addresses;  // "127.0.0.1" or "::1".
  // By default from one hour ago (clocks differ) for 365 days, and never past the authority's end.
  std::optional<Timestamp> not_before;
  std::optional<Timestamp> not_after;
  // A subordinate authority instead of a leaf.
  bool is_ca = false;
  // A system's certificate that may sign others too, so that tests can make what a service must
  // refuse.
  bool signs_too = false;

  // What a service on this machine needs: localhost and 127.0.0.1 beside its SPIFFE id.
  static IssueRequest ForServer(absl::string_view spiffe_id);
  // What a calling system needs: its SPIFFE id alone.
  static IssueRequest ForClient(absl::string_view spiffe_id);
};

// A cheap copy of an immutable authority; thread safe.
class Authority {
 public:
  // A new authority with a new key, good for ten years. `name` is 1 to 64 bytes of UTF-8, for
  // people to read (FIELD_INVALID otherwise).
  static absl::StatusOr<Authority> Create(absl::string_view name);
  // What ToPem() gave. FIELD_INVALID when a text cannot be read, the key is not the certificate's,
  // or the certificate is not an authority's; the error never holds any of the key.
  static absl::StatusOr<Authority> FromPem(const CertifiedKey& pem);

  // FIELD_INVALID for names that no certificate can hold, and for times that end before they begin.
  absl::StatusOr<CertifiedKey> Issue(const IssueRequest& request) const;

  // The list, as the text of a PEM file, that takes back `certificates` (PEM texts), good for 30
  // days from `now`. FIELD_INVALID for what is no certificate.
  absl::StatusOr<std::string> Revoke(const std::vector<std::string>& certificates,
                                     Timestamp now) const;

  // The certificate and the private key.
  absl::StatusOr<CertifiedKey> ToPem() const;
  // The certificate alone: what peers trust.
  const std::string& certificate_pem() const;

 private:
  struct State;
  explicit Authority(std::shared_ptr<const State> state);
  std::shared_ptr<const State> state_;
};

// Writes the certificate (mode 0644) and the key (mode 0600) to new files. Errors as
// WriteNewFile (common/status/new_file.h).
absl::Status WriteCertifiedKey(const CertifiedKey& pem, const std::string& certificate_file,
                               const std::string& key_file);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_AUTHORITY_AUTHORITY_H_

#include "common/authority/revocation_list.h"

#include <openssl/pem.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/authority/openssl_objects.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

constexpr char kRevocationField[] = "revocation_file";
constexpr size_t kMostLists = 64;

std::vector<openssl::Certificate> Authorities(absl::string_view pem) {
  std::vector<openssl::Certificate> authorities;
  const openssl::Bio bio = openssl::Open(pem);
  while (bio != nullptr && authorities.size() < kMostLists) {
    openssl::Certificate authority(
        PEM_read_bio_X509(bio.get(), nullptr, openssl::RefusePassphrase, nullptr));
    if (authority == nullptr) break;
    authorities.push_back(std::move(authority));
  }
  ERR_clear_error();
  return authorities;
}

// Null when none of them signed it.
const X509* SignerOf(X509_CRL* list, const std::vector<openssl::Certificate>& authorities) {
  const auto found = std::find_if(
      authorities.begin(), authorities.end(), [list](const openssl::Certificate& authority) {
        return X509_NAME_cmp(X509_get_subject_name(authority.get()), X509_CRL_get_issuer(list)) ==
                   0 &&
               X509_CRL_verify(list, X509_get0_pubkey(authority.get())) == 1;
      });
  ERR_clear_error();
  return found == authorities.end() ? nullptr : found->get();
}

}  // namespace

absl::StatusOr<RevocationList> RevocationList::FromPem(absl::string_view lists_pem,
                                                       absl::string_view authorities_pem) {
  const std::vector<openssl::Certificate> authorities = Authorities(authorities_pem);
  const openssl::Bio bio = openssl::Open(lists_pem);
  if (bio == nullptr) return openssl::Failure("read a revocation list");
  RevocationList all;
  size_t count = 0;
  for (; count < kMostLists; ++count) {
    const openssl::CertificateList list(
        PEM_read_bio_X509_CRL(bio.get(), nullptr, openssl::RefusePassphrase, nullptr));
    if (list == nullptr) {
      if (ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE) break;
      return openssl::Invalid(
          kRevocationField, absl::StrCat("holds a list, number ", count + 1, ", that is damaged"));
    }
    const X509* signer = SignerOf(list.get(), authorities);
    if (signer == nullptr) {
      return openssl::Invalid(kRevocationField,
                              absl::StrCat("holds a list, number ", count + 1,
                                           ", that no authority of `authority_file` signed"));
    }
    STACK_OF(X509_REVOKED)* revoked = X509_CRL_get_REVOKED(list.get());
    for (int i = 0; revoked != nullptr && i < sk_X509_REVOKED_num(revoked); ++i) {
      all.revoked_.insert(
          openssl::IssueOf(X509_get_subject_name(signer),
                           X509_REVOKED_get0_serialNumber(sk_X509_REVOKED_value(revoked, i))));
    }
    if (const ASN1_TIME* time = X509_CRL_get0_nextUpdate(list.get()); time != nullptr) {
      ASSIGN_OR_RETURN(const Timestamp next, openssl::TimeOf(time, kRevocationField));
      all.next_update_ = std::min(all.next_update_.value_or(next), next);
    }
  }
  ERR_clear_error();
  if (count > 0) return all;
  return openssl::Invalid(kRevocationField,
                          "must hold an authority's revocation list (-----BEGIN X509 CRL-----)");
}

}  // namespace onereturn

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
// Of authorities that are trusted no more.
constexpr int kMostOthersKept = 64;

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

// One that is issued anew with its name and its key is the same.
std::string NameAndKeyOf(const X509* authority) {
  unsigned char* der = nullptr;
  int size = i2d_X509_NAME(X509_get_subject_name(authority), &der);
  std::string both(reinterpret_cast<const char*>(der), size < 0 ? 0 : static_cast<size_t>(size));
  OPENSSL_free(der);
  der = nullptr;
  size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(authority), &der);
  both.append(reinterpret_cast<const char*>(der), size < 0 ? 0 : static_cast<size_t>(size));
  OPENSSL_free(der);
  return both;
}

}  // namespace

bool RevocationList::Holds(absl::string_view issue) const {
  return std::any_of(revoked_.begin(), revoked_.end(),
                     [issue](const OfAuthority& of) { return of.issues.count(issue) > 0; });
}

size_t RevocationList::size() const {
  size_t size = 0;
  for (const OfAuthority& of : revoked_) size += of.issues.size();
  return size;
}

std::set<std::string, std::less<>>& RevocationList::IssuesOf(const std::string& authority) {
  const auto found = std::find_if(revoked_.begin(), revoked_.end(),
                                  [&](const OfAuthority& of) { return of.authority == authority; });
  if (found != revoked_.end()) return found->issues;
  revoked_.push_back({authority, {}});
  return revoked_.back().issues;
}

void RevocationList::Keep(const RevocationList& before, const std::set<std::string>& trusted) {
  std::set<std::string> given;
  for (const OfAuthority& of : revoked_) given.insert(of.authority);
  int others = 0;
  for (const OfAuthority& of : before.revoked_) {
    if (given.count(of.authority) > 0) continue;
    if (trusted.count(of.authority) == 0 && ++others > kMostOthersKept) continue;
    revoked_.push_back(of);
    ++kept_of_before_;
  }
}

absl::StatusOr<RevocationList> RevocationList::FromPem(absl::string_view lists_pem,
                                                       absl::string_view authorities_pem,
                                                       const RevocationList& before) {
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
    auto& issues = all.IssuesOf(NameAndKeyOf(signer));
    STACK_OF(X509_REVOKED)* revoked = X509_CRL_get_REVOKED(list.get());
    for (int i = 0; revoked != nullptr && i < sk_X509_REVOKED_num(revoked); ++i) {
      issues.insert(
          openssl::IssueOf(X509_get_subject_name(signer),
                           X509_REVOKED_get0_serialNumber(sk_X509_REVOKED_value(revoked, i))));
    }
    if (const ASN1_TIME* time = X509_CRL_get0_nextUpdate(list.get()); time != nullptr) {
      ASSIGN_OR_RETURN(const Timestamp next, openssl::TimeOf(time, kRevocationField));
      all.next_update_ = std::min(all.next_update_.value_or(next), next);
    }
  }
  ERR_clear_error();
  if (count == 0) {
    return openssl::Invalid(kRevocationField,
                            "must hold an authority's revocation list (-----BEGIN X509 CRL-----)");
  }
  std::set<std::string> trusted;
  for (const openssl::Certificate& one : authorities) trusted.insert(NameAndKeyOf(one.get()));
  all.Keep(before, trusted);
  return all;
}

}  // namespace onereturn

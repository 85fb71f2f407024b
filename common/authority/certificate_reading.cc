#include "common/authority/certificate_reading.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/authority/openssl_objects.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

constexpr char kCertificateField[] = "certificate_file";
constexpr char kKeyField[] = "key_file";
constexpr char kAuthorityField[] = "authority_file";
constexpr int kMostAuthorities = 64;

// What a text that is not what it should be seems to be, for people.
std::string KindOf(absl::string_view pem) {
  if (absl::StrContains(pem, "-----BEGIN CERTIFICATE-----")) return "it holds a certificate";
  if (absl::StrContains(pem, "-----BEGIN ENCRYPTED PRIVATE KEY-----")) {
    return "it holds an encrypted key, and nobody is there to type its passphrase";
  }
  if (absl::StrContains(pem, "PRIVATE KEY-----")) return "it holds a private key";
  if (absl::StrContains(pem, "-----BEGIN PUBLIC KEY-----")) return "it holds a public key";
  if (pem.empty()) return "it is empty";
  return "it holds none";
}

std::vector<std::string> UriNamesOf(const X509* certificate) {
  std::vector<std::string> texts;
  const openssl::Names names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    int type = 0;
    const auto* value = static_cast<const ASN1_STRING*>(
        GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type));
    if (type != GEN_URI) continue;
    texts.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                       static_cast<size_t>(ASN1_STRING_length(value)));
  }
  return texts;
}

absl::StatusOr<CertificateFacts> FactsOf(X509* certificate, absl::string_view field) {
  CertificateFacts facts;
  unsigned size = 0;
  if (X509_digest(certificate, EVP_sha256(), facts.sha256.data(), &size) != 1) {
    return openssl::Failure("digest a certificate");
  }
  facts.uri_names = UriNamesOf(certificate);
  facts.issue =
      openssl::IssueOf(X509_get_issuer_name(certificate), X509_get0_serialNumber(certificate));
  const bool signs = (X509_get_extension_flags(certificate) & EXFLAG_KUSAGE) != 0 &&
                     (X509_get_key_usage(certificate) & KU_KEY_CERT_SIGN) != 0;
  facts.may_sign = signs || (X509_get_extension_flags(certificate) & EXFLAG_CA) != 0;
  ASSIGN_OR_RETURN(facts.not_before, openssl::TimeOf(X509_get0_notBefore(certificate), field));
  ASSIGN_OR_RETURN(facts.not_after, openssl::TimeOf(X509_get0_notAfter(certificate), field));
  ERR_clear_error();
  return facts;
}

absl::StatusOr<openssl::Certificate> FirstCertificate(absl::string_view pem,
                                                      absl::string_view field) {
  const openssl::Bio bio = openssl::Open(pem);
  if (bio == nullptr) return openssl::Failure("read a certificate");
  openssl::Certificate certificate(
      PEM_read_bio_X509(bio.get(), nullptr, openssl::RefusePassphrase, nullptr));
  if (certificate == nullptr) {
    return openssl::Invalid(
        field,
        absl::StrCat("must hold a certificate in PEM form: ",
                     absl::StrContains(pem, "BEGIN CERTIFICATE") ? "it is damaged" : KindOf(pem)));
  }
  return certificate;
}

absl::Status CheckAuthorities(absl::string_view pem) {
  const openssl::Bio bio = openssl::Open(pem);
  if (bio == nullptr) return openssl::Failure("read an authority");
  int count = 0;
  for (; count < kMostAuthorities; ++count) {
    const openssl::Certificate certificate(
        PEM_read_bio_X509(bio.get(), nullptr, openssl::RefusePassphrase, nullptr));
    if (certificate == nullptr) break;
    if (X509_check_ca(certificate.get()) == 0) {
      return openssl::Invalid(kAuthorityField, absl::StrCat("holds a certificate, number ",
                                                            count + 1, ", that is no authority's"));
    }
  }
  ERR_clear_error();
  if (count > 0) return absl::OkStatus();
  return openssl::Invalid(kAuthorityField,
                          absl::StrCat("must hold an authority's certificate: ", KindOf(pem)));
}

}  // namespace

namespace openssl {

Bio Open(absl::string_view pem) {
  return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

absl::StatusOr<Timestamp> TimeOf(const ASN1_TIME* time, absl::string_view field) {
  tm read = {};
  if (ASN1_TIME_to_tm(time, &read) != 1) return Invalid(field, "has a time that cannot be read");
  return Timestamp::FromSeconds(timegm(&read));
}

std::string IssueOf(const X509_NAME* issuer, const ASN1_INTEGER* serial_number) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_NAME(issuer, &der);
  std::string issue(reinterpret_cast<const char*>(der), size < 0 ? 0 : static_cast<size_t>(size));
  OPENSSL_free(der);
  const auto* number = reinterpret_cast<const char*>(ASN1_STRING_get0_data(serial_number));
  issue.append(number, static_cast<size_t>(ASN1_STRING_length(serial_number)));
  return issue;
}

}  // namespace openssl

absl::StatusOr<CertificateFacts> ReadCertificate(absl::string_view pem, absl::string_view field) {
  ASSIGN_OR_RETURN(const openssl::Certificate certificate, FirstCertificate(pem, field));
  return FactsOf(certificate.get(), field);
}

absl::Status CheckTlsIdentity(absl::string_view certificate_pem, absl::string_view key_pem,
                              absl::string_view authority_pem, Timestamp now) {
  ASSIGN_OR_RETURN(const openssl::Certificate certificate,
                   FirstCertificate(certificate_pem, kCertificateField));
  ASSIGN_OR_RETURN(const CertificateFacts facts, FactsOf(certificate.get(), kCertificateField));
  if (facts.may_sign) {
    return openssl::Invalid(kCertificateField,
                            "holds an authority's certificate; a system's own is wanted");
  }
  if (facts.not_after <= now) {
    return openssl::Invalid(kCertificateField, absl::StrCat("holds a certificate that ended at ",
                                                            FormatTimestamp(facts.not_after)));
  }
  const openssl::Bio bio = openssl::Open(key_pem);
  if (bio == nullptr) return openssl::Failure("read a key");
  const openssl::Key key(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, openssl::RefusePassphrase, nullptr));
  if (key == nullptr) {
    return openssl::Invalid(
        kKeyField,
        absl::StrCat("must hold an unencrypted private key in PEM form: ", KindOf(key_pem)));
  }
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return openssl::Invalid(kKeyField, "holds the key of another certificate");
  }
  return CheckAuthorities(authority_pem);
}

}  // namespace onereturn

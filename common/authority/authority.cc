#include "common/authority/authority.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/authority/certificate_builder.h"
#include "common/authority/openssl_objects.h"
#include "common/status/error.h"
#include "common/status/new_file.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kDay = 24 * 3'600 * kSecond;
constexpr int64_t kSkew = 3'600 * kSecond;
constexpr int64_t kAuthorityLife = 3'650 * kDay;
constexpr int64_t kLeafLife = 365 * kDay;
constexpr int64_t kListLife = 30 * kDay;
constexpr char kLeafSubject[] = "system";
constexpr char kSubordinateSubject[] = "subordinate authority";
constexpr size_t kMostNameBytes = 64;  // RFC 5280: ub-common-name.

absl::StatusOr<std::string> CertificatePem(X509* certificate) {
  openssl::Bio bio(BIO_new(BIO_s_mem()));
  if (bio == nullptr || PEM_write_bio_X509(bio.get(), certificate) != 1) {
    return openssl::Failure("write a certificate");
  }
  return openssl::TextOf(bio.get());
}

absl::StatusOr<std::string> KeyPem(EVP_PKEY* key) {
  openssl::Bio bio(BIO_new(BIO_s_secmem()));
  if (bio == nullptr ||
      PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return openssl::Failure("write a private key");
  }
  return openssl::TextOf(bio.get());
}

absl::StatusOr<openssl::Key> NewKey() {
  openssl::Key key(EVP_EC_gen("P-256"));
  if (key == nullptr) return openssl::Failure("make a key");
  return key;
}

absl::StatusOr<Timestamp> EndOf(const X509* certificate) {
  tm end = {};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1) {
    return openssl::Invalid("certificate", "has an end that cannot be read");
  }
  return Timestamp::FromSeconds(timegm(&end));
}

}  // namespace

struct Authority::State {
  openssl::Certificate certificate;
  openssl::Key key;
  std::string certificate_pem;
  Timestamp end;
};

Authority::Authority(std::shared_ptr<const State> state) : state_(std::move(state)) {}

IssueRequest IssueRequest::ForServer(absl::string_view spiffe_id) {
  IssueRequest request = ForClient(spiffe_id);
  request.dns_names = {"localhost"};
  request.ip_addresses = {"127.0.0.1"};
  return request;
}

IssueRequest IssueRequest::ForClient(absl::string_view spiffe_id) {
  IssueRequest request;
  request.spiffe_ids = {std::string(spiffe_id)};
  return request;
}

absl::StatusOr<Authority> Authority::Create(absl::string_view name) {
  if (name.empty() || name.size() > kMostNameBytes) {
    return openssl::Invalid("name", "must be 1 to 64 bytes of UTF-8");
  }
  auto state = std::make_shared<State>();
  ASSIGN_OR_RETURN(state->key, NewKey());
  const Timestamp now = SystemClock().Now();
  state->end = Timestamp{now.micros + kAuthorityLife};
  openssl::CertificateParts parts;
  parts.subject = name;
  parts.subject_key = state->key.get();
  parts.issuer_key = state->key.get();
  parts.not_before = Timestamp{now.micros - kSkew};
  parts.not_after = state->end;
  IssueRequest request;
  request.is_ca = true;
  ASSIGN_OR_RETURN(state->certificate, openssl::BuildCertificate(parts, request));
  ASSIGN_OR_RETURN(state->certificate_pem, CertificatePem(state->certificate.get()));
  return Authority(std::move(state));
}

absl::StatusOr<Authority> Authority::FromPem(const CertifiedKey& pem) {
  auto state = std::make_shared<State>();
  const openssl::Bio certificate = openssl::Open(pem.certificate_pem);
  const openssl::Bio key = openssl::Open(pem.key_pem);
  if (certificate == nullptr || key == nullptr) return openssl::Failure("read an authority");
  state->certificate.reset(
      PEM_read_bio_X509(certificate.get(), nullptr, openssl::RefusePassphrase, nullptr));
  if (state->certificate == nullptr) {
    return openssl::Invalid("certificate", "is not a certificate in PEM form");
  }
  state->key.reset(PEM_read_bio_PrivateKey(key.get(), nullptr, openssl::RefusePassphrase, nullptr));
  if (state->key == nullptr) {
    return openssl::Invalid("key", "is not an unencrypted private key in PEM form");
  }
  if (X509_check_private_key(state->certificate.get(), state->key.get()) != 1) {
    return openssl::Invalid("key", "is not the certificate's");
  }
  if (X509_check_ca(state->certificate.get()) != 1) {
    return openssl::Invalid("certificate", "is not an authority's");
  }
  ASSIGN_OR_RETURN(state->end, EndOf(state->certificate.get()));
  ASSIGN_OR_RETURN(state->certificate_pem, CertificatePem(state->certificate.get()));
  return Authority(std::move(state));
}

absl::StatusOr<std::string> Authority::Revoke(const std::vector<std::string>& certificates,
                                              Timestamp now) const {
  const openssl::CertificateList list(X509_CRL_new());
  const auto at = [](Timestamp time) {
    return openssl::Time(ASN1_TIME_set(nullptr, static_cast<time_t>(time.micros / 1'000'000)));
  };
  const openssl::Time issued = at(now);
  const openssl::Time next = at(Timestamp{now.micros + kListLife});
  if (list == nullptr || X509_CRL_set_version(list.get(), X509_CRL_VERSION_2) != 1 ||
      X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(state_->certificate.get())) != 1 ||
      X509_CRL_set1_lastUpdate(list.get(), issued.get()) != 1 ||
      X509_CRL_set1_nextUpdate(list.get(), next.get()) != 1) {
    return openssl::Failure("make a revocation list");
  }
  for (const std::string& pem : certificates) {
    const openssl::Bio bio = openssl::Open(pem);
    const openssl::Certificate certificate(
        PEM_read_bio_X509(bio.get(), nullptr, openssl::RefusePassphrase, nullptr));
    if (certificate == nullptr) return openssl::Invalid("certificate", "is not one in PEM form");
    openssl::Revoked revoked(X509_REVOKED_new());
    if (revoked == nullptr ||
        X509_REVOKED_set_serialNumber(revoked.get(), X509_get_serialNumber(certificate.get())) !=
            1 ||
        X509_REVOKED_set_revocationDate(revoked.get(), issued.get()) != 1 ||
        X509_CRL_add0_revoked(list.get(), revoked.get()) != 1) {
      return openssl::Failure("fill a revocation list");
    }
    (void)revoked.release();  // The list's now.
  }
  const openssl::Bio text(BIO_new(BIO_s_mem()));
  if (text == nullptr || X509_CRL_sort(list.get()) != 1 ||
      X509_CRL_sign(list.get(), state_->key.get(), EVP_sha256()) == 0 ||
      PEM_write_bio_X509_CRL(text.get(), list.get()) != 1) {
    return openssl::Failure("sign a revocation list");
  }
  return openssl::TextOf(text.get());
}

absl::StatusOr<CertifiedKey> Authority::Issue(const IssueRequest& request) const {
  const Timestamp now = SystemClock().Now();
  ASSIGN_OR_RETURN(openssl::Key key, NewKey());
  openssl::CertificateParts parts;
  parts.subject = request.is_ca ? kSubordinateSubject : kLeafSubject;
  parts.subject_key = key.get();
  parts.issuer = state_->certificate.get();
  parts.issuer_key = state_->key.get();
  parts.not_before = request.not_before.value_or(Timestamp{now.micros - kSkew});
  parts.not_after = request.not_after.value_or(
      std::min(state_->end, Timestamp{parts.not_before.micros + kLeafLife}));
  ASSIGN_OR_RETURN(openssl::Certificate certificate, openssl::BuildCertificate(parts, request));
  CertifiedKey issued;
  ASSIGN_OR_RETURN(issued.certificate_pem, CertificatePem(certificate.get()));
  ASSIGN_OR_RETURN(issued.key_pem, KeyPem(key.get()));
  return issued;
}

absl::StatusOr<CertifiedKey> Authority::ToPem() const {
  CertifiedKey pem{state_->certificate_pem, ""};
  ASSIGN_OR_RETURN(pem.key_pem, KeyPem(state_->key.get()));
  return pem;
}

const std::string& Authority::certificate_pem() const { return state_->certificate_pem; }

absl::Status WriteCertifiedKey(const CertifiedKey& pem, const std::string& certificate_file,
                               const std::string& key_file) {
  RETURN_IF_ERROR(WriteNewFile(key_file, pem.key_pem, 0600));
  return WriteNewFile(certificate_file, pem.certificate_pem, 0644);
}

}  // namespace onereturn

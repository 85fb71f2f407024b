#include "common/authority/authority.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <sys/stat.h>

#include <fstream>
#include <set>
#include <sstream>

#include "common/authority/openssl_objects.h"
#include "common/base/testing/temporary_folder.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kSystem[] = "spiffe://onereturn.example/system/RCF";

openssl::Certificate ParsedCertificate(const std::string& pem) {
  openssl::Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return openssl::Certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

// X509_V_OK, or why the chain does not hold.
int Verify(const std::string& root_pem, const std::string& leaf_pem, int purpose,
           const std::string& intermediate_pem = "") {
  openssl::Certificate root = ParsedCertificate(root_pem);
  openssl::Certificate leaf = ParsedCertificate(leaf_pem);
  openssl::Certificate intermediate =
      intermediate_pem.empty() ? nullptr : ParsedCertificate(intermediate_pem);
  X509_STORE* store = X509_STORE_new();
  X509_STORE_add_cert(store, root.get());
  STACK_OF(X509)* chain = sk_X509_new_null();
  if (intermediate != nullptr) sk_X509_push(chain, intermediate.get());
  X509_STORE_CTX* context = X509_STORE_CTX_new();
  X509_STORE_CTX_init(context, store, leaf.get(), chain);
  X509_STORE_CTX_set_purpose(context, purpose);
  // The checks of RFC 5280 that OpenSSL leaves out unless asked: key identifiers, critical marks.
  X509_STORE_CTX_set_flags(context, X509_V_FLAG_X509_STRICT);
  X509_verify_cert(context);
  const int result = X509_STORE_CTX_get_error(context);
  X509_STORE_CTX_free(context);
  sk_X509_free(chain);
  X509_STORE_free(store);
  return result;
}

std::vector<std::string> NamesOf(const std::string& pem, int type) {
  std::vector<std::string> texts;
  openssl::Certificate certificate = ParsedCertificate(pem);
  openssl::Names names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate.get(), NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    int found = 0;
    const auto* value = static_cast<const ASN1_STRING*>(
        GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &found));
    if (found != type) continue;
    texts.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                       ASN1_STRING_length(value));
  }
  return texts;
}

std::string Read(const std::string& file) {
  std::ifstream stream(file);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

unsigned ModeOf(const std::string& file) {
  struct stat status = {};
  EXPECT_EQ(stat(file.c_str(), &status), 0) << file;
  return status.st_mode & 07777;
}

class AuthorityTest : public ::testing::Test {
 protected:
  const Authority authority_ = Authority::Create("Test authority").value();
};

TEST_F(AuthorityTest, ALeafServesAsClientAndAsServer) {
  const CertifiedKey leaf = authority_.Issue(IssueRequest::ForServer(kSystem)).value();
  for (const int purpose : {X509_PURPOSE_SSL_CLIENT, X509_PURPOSE_SSL_SERVER}) {
    EXPECT_EQ(Verify(authority_.certificate_pem(), leaf.certificate_pem, purpose), X509_V_OK);
  }
}

TEST_F(AuthorityTest, ALeafIsAnX509Svid) {
  const CertifiedKey leaf = authority_.Issue(IssueRequest::ForServer(kSystem)).value();
  EXPECT_THAT(NamesOf(leaf.certificate_pem, GEN_URI), ElementsAre(kSystem));
  EXPECT_THAT(NamesOf(leaf.certificate_pem, GEN_DNS), ElementsAre("localhost"));
  EXPECT_THAT(NamesOf(leaf.certificate_pem, GEN_IPADD),
              ElementsAre("\x7f" + std::string(2, '\0') + "\x01"));
  openssl::Certificate certificate = ParsedCertificate(leaf.certificate_pem);
  EXPECT_EQ(X509_get_version(certificate.get()), 2);
  EXPECT_EQ(X509_check_ca(certificate.get()), 0);
  EXPECT_EQ(X509_get_key_usage(certificate.get()), static_cast<uint32_t>(KU_DIGITAL_SIGNATURE));
  EXPECT_EQ(X509_get_extended_key_usage(certificate.get()),
            static_cast<uint32_t>(XKU_SSL_SERVER | XKU_SSL_CLIENT));
  char curve[32] = {};
  size_t length = 0;
  EVP_PKEY_get_group_name(X509_get0_pubkey(certificate.get()), curve, sizeof(curve), &length);
  EXPECT_EQ(std::string(curve), "prime256v1");
}

TEST_F(AuthorityTest, AClientHasNoAddress) {
  const CertifiedKey leaf = authority_.Issue(IssueRequest::ForClient(kSystem)).value();
  EXPECT_THAT(NamesOf(leaf.certificate_pem, GEN_URI), ElementsAre(kSystem));
  EXPECT_THAT(NamesOf(leaf.certificate_pem, GEN_DNS), IsEmpty());
  EXPECT_THAT(NamesOf(leaf.certificate_pem, GEN_IPADD), IsEmpty());
}

TEST_F(AuthorityTest, TheAuthorityMaySignCertificatesAndNothingElse) {
  openssl::Certificate certificate = ParsedCertificate(authority_.certificate_pem());
  EXPECT_EQ(X509_check_ca(certificate.get()), 1);
  EXPECT_EQ(X509_get_key_usage(certificate.get()),
            static_cast<uint32_t>(KU_KEY_CERT_SIGN | KU_CRL_SIGN));
}

TEST_F(AuthorityTest, MakesCertificatesThatServicesMustRefuse) {
  const CertifiedKey none = authority_.Issue(IssueRequest()).value();
  EXPECT_THAT(NamesOf(none.certificate_pem, GEN_URI), IsEmpty());
  IssueRequest two;
  two.spiffe_ids = {kSystem, "spiffe://onereturn.example/system/RAE"};
  EXPECT_THAT(NamesOf(authority_.Issue(two).value().certificate_pem, GEN_URI),
              ElementsAre(kSystem, "spiffe://onereturn.example/system/RAE"));
}

TEST_F(AuthorityTest, TimesAreThoseAskedFor) {
  IssueRequest past = IssueRequest::ForClient(kSystem);
  past.not_before = Timestamp::FromSeconds(1'700'000'000);
  past.not_after = Timestamp::FromSeconds(1'700'086'400);
  EXPECT_EQ(Verify(authority_.certificate_pem(), authority_.Issue(past).value().certificate_pem,
                   X509_PURPOSE_SSL_CLIENT),
            X509_V_ERR_CERT_HAS_EXPIRED);
  IssueRequest future = IssueRequest::ForClient(kSystem);
  future.not_before = Timestamp::FromSeconds(4'102'444'800);  // 2100.
  future.not_after = Timestamp::FromSeconds(4'102'531'200);
  EXPECT_EQ(Verify(authority_.certificate_pem(), authority_.Issue(future).value().certificate_pem,
                   X509_PURPOSE_SSL_CLIENT),
            X509_V_ERR_CERT_NOT_YET_VALID);
  IssueRequest reversed = IssueRequest::ForClient(kSystem);
  reversed.not_before = past.not_after;
  reversed.not_after = past.not_before;
  EXPECT_THAT(authority_.Issue(reversed), HasReason(Reason::kFieldInvalid));
}

TEST_F(AuthorityTest, AnotherAuthoritysLeafDoesNotVerify) {
  const Authority other = Authority::Create("Test authority").value();
  const CertifiedKey leaf = other.Issue(IssueRequest::ForServer(kSystem)).value();
  EXPECT_NE(Verify(authority_.certificate_pem(), leaf.certificate_pem, X509_PURPOSE_SSL_SERVER),
            X509_V_OK);
}

TEST_F(AuthorityTest, ASubordinateSignsButALeafCannot) {
  IssueRequest request;
  request.is_ca = true;
  const CertifiedKey subordinate = authority_.Issue(request).value();
  const CertifiedKey leaf =
      Authority::FromPem(subordinate).value().Issue(IssueRequest::ForClient(kSystem)).value();
  EXPECT_EQ(Verify(authority_.certificate_pem(), leaf.certificate_pem, X509_PURPOSE_SSL_CLIENT,
                   subordinate.certificate_pem),
            X509_V_OK);
  EXPECT_THAT(Authority::FromPem(authority_.Issue(IssueRequest::ForClient(kSystem)).value()),
              HasReason(Reason::kFieldInvalid));
}

TEST_F(AuthorityTest, GoesThroughPem) {
  const CertifiedKey pem = authority_.ToPem().value();
  const Authority again = Authority::FromPem(pem).value();
  EXPECT_EQ(again.certificate_pem(), authority_.certificate_pem());
  EXPECT_EQ(Verify(authority_.certificate_pem(),
                   again.Issue(IssueRequest::ForServer(kSystem)).value().certificate_pem,
                   X509_PURPOSE_SSL_SERVER),
            X509_V_OK);
}

TEST_F(AuthorityTest, RefusesWhatIsNoAuthorityWithoutShowingTheKey) {
  const CertifiedKey pem = authority_.ToPem().value();
  const CertifiedKey other = Authority::Create("Other").value().ToPem().value();
  for (const CertifiedKey& bad :
       {CertifiedKey{"", pem.key_pem}, CertifiedKey{pem.certificate_pem, ""},
        CertifiedKey{pem.certificate_pem, other.key_pem}, CertifiedKey{pem.key_pem, pem.key_pem},
        CertifiedKey{pem.certificate_pem.substr(0, 200), pem.key_pem}}) {
    const absl::Status status = Authority::FromPem(bad).status();
    EXPECT_THAT(status, HasReason(Reason::kFieldInvalid));
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("PRIVATE")));
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr(pem.key_pem.substr(40, 20))));
  }
}

TEST_F(AuthorityTest, RefusesNamesThatNoCertificateCanHold) {
  IssueRequest request;
  for (const std::string& bad : {std::string(), std::string("spiffe://a b"), std::string("ü"),
                                 std::string("spiffe://a\n", 11), std::string("a\0b", 3)}) {
    request.spiffe_ids = {bad};
    EXPECT_THAT(authority_.Issue(request), HasReason(Reason::kFieldInvalid)) << bad;
  }
  request.spiffe_ids.clear();
  request.ip_addresses = {"127.0.0.300"};
  EXPECT_THAT(authority_.Issue(request), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(Authority::Create(""), HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(Authority::Create(std::string(65, 'a')), HasReason(Reason::kFieldInvalid));
}

TEST_F(AuthorityTest, NoTwoCertificatesShareSerialOrKey) {
  std::set<std::string> keys;
  std::set<std::string> serials;
  for (int i = 0; i < 20; ++i) {
    const CertifiedKey leaf = authority_.Issue(IssueRequest::ForClient(kSystem)).value();
    keys.insert(leaf.key_pem);
    openssl::Certificate certificate = ParsedCertificate(leaf.certificate_pem);
    openssl::Number serial(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate.get()), nullptr));
    EXPECT_EQ(BN_is_negative(serial.get()), 0);
    char* text = BN_bn2hex(serial.get());
    serials.insert(text);
    OPENSSL_free(text);
  }
  EXPECT_EQ(keys.size(), 20u);
  EXPECT_EQ(serials.size(), 20u);
}

TEST_F(AuthorityTest, WritesTheKeyForItsOwnerAlone) {
  TemporaryFolder folder;
  const mode_t before = umask(0);
  const CertifiedKey pem = authority_.ToPem().value();
  EXPECT_THAT(WriteCertifiedKey(pem, folder.File("ca.pem"), folder.File("ca.key")), IsOk());
  umask(before);
  EXPECT_EQ(ModeOf(folder.File("ca.key")), 0600u);
  EXPECT_EQ(ModeOf(folder.File("ca.pem")), 0644u);
  EXPECT_EQ(Read(folder.File("ca.pem")), pem.certificate_pem);
  EXPECT_EQ(Read(folder.File("ca.key")), pem.key_pem);
}

}  // namespace
}  // namespace onereturn

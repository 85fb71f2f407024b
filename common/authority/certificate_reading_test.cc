#include "common/authority/certificate_reading.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>

#include "common/authority/authority.h"
#include "common/authority/openssl_objects.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kReadSystem[] = "spiffe://onereturn.example/system/RCF";

class CertificateReadingTest : public ::testing::Test {
 protected:
  absl::Status Check(const std::string& certificate, const std::string& key,
                     const std::string& authority) const {
    return CheckTlsIdentity(certificate, key, authority, SystemClock().Now());
  }

  const Authority authority_ = Authority::Create("Test authority").value();
  const CertifiedKey leaf_ = authority_.Issue(IssueRequest::ForServer(kReadSystem)).value();
  const CertifiedKey other_ = authority_.Issue(IssueRequest::ForServer(kReadSystem)).value();
  const std::string& root_ = authority_.certificate_pem();
};

TEST_F(CertificateReadingTest, SaysWhatALeafIs) {
  const CertificateFacts facts = ReadCertificate(leaf_.certificate_pem, "x").value();
  EXPECT_THAT(facts.uri_names, ElementsAre(kReadSystem));
  EXPECT_FALSE(facts.may_sign);
  // The digest is that of the DER form.
  openssl::Bio bio(BIO_new_mem_buf(leaf_.certificate_pem.data(),
                                   static_cast<int>(leaf_.certificate_pem.size())));
  const openssl::Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate.get(), &der);
  EXPECT_EQ(facts.sha256, Sha256({reinterpret_cast<char*>(der), static_cast<size_t>(size)}));
  OPENSSL_free(der);
}

TEST_F(CertificateReadingTest, KnowsWhoMaySign) {
  IssueRequest request = IssueRequest::ForClient(kReadSystem);
  request.is_ca = true;
  EXPECT_TRUE(
      ReadCertificate(authority_.Issue(request).value().certificate_pem, "x").value().may_sign);
  EXPECT_TRUE(ReadCertificate(root_, "x").value().may_sign);
  for (const std::string& bad :
       {std::string(), leaf_.key_pem, leaf_.certificate_pem.substr(0, 99)}) {
    EXPECT_THAT(ReadCertificate(bad, "x"), HasReason(Reason::kFieldInvalid));
  }
}

TEST_F(CertificateReadingTest, TakesWhatBelongsTogether) {
  EXPECT_THAT(Check(leaf_.certificate_pem, leaf_.key_pem, root_), IsOk());
  // While authorities change over, two stand in one file; a certificate may bring its chain.
  const std::string both = root_ + Authority::Create("New").value().certificate_pem();
  EXPECT_THAT(Check(leaf_.certificate_pem + root_, leaf_.key_pem, both), IsOk());
}

TEST_F(CertificateReadingTest, SaysWhichFileIsWrongAndWhatItHolds) {
  IssueRequest ended = IssueRequest::ForClient(kReadSystem);
  ended.not_before = Timestamp::FromSeconds(1'700'000'000);
  ended.not_after = Timestamp::FromSeconds(1'700'086'400);
  const CertifiedKey old = authority_.Issue(ended).value();
  const CertifiedKey root = authority_.ToPem().value();
  const struct {
    std::string certificate, key, authority, field, words;
  } rows[] = {
      {leaf_.certificate_pem, leaf_.certificate_pem, root_, "key_file", "holds a certificate"},
      {leaf_.certificate_pem, "", root_, "key_file", "is empty"},
      {leaf_.certificate_pem, "hello", root_, "key_file", "holds none"},
      {leaf_.certificate_pem, other_.key_pem, root_, "key_file", "another certificate"},
      {leaf_.key_pem, leaf_.key_pem, root_, "certificate_file", "holds a private key"},
      {leaf_.certificate_pem.substr(0, 200), leaf_.key_pem, root_, "certificate_file", "damaged"},
      {root.certificate_pem, root.key_pem, root_, "certificate_file", "authority's"},
      {old.certificate_pem, old.key_pem, root_, "certificate_file", "ended at 2023-11-15"},
      {leaf_.certificate_pem, leaf_.key_pem, leaf_.certificate_pem, "authority_file",
       "no authority's"},
      {leaf_.certificate_pem, leaf_.key_pem, "", "authority_file", "is empty"},
      {leaf_.certificate_pem, leaf_.key_pem, root.key_pem, "authority_file", "private key"},
  };
  for (const auto& row : rows) {
    const absl::Status status = Check(row.certificate, row.key, row.authority);
    EXPECT_THAT(status, HasReason(Reason::kFieldInvalid));
    EXPECT_THAT(std::string(status.message()), HasSubstr(row.words));
    ASSERT_EQ(DetailsOf(status)->fields.size(), 1u);
    EXPECT_EQ(DetailsOf(status)->fields[0].field, row.field) << row.words;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("PRIVATE")));
  }
}

}  // namespace
}  // namespace onereturn

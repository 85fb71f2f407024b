// Goal: what login writes is what services take, for its owner's eyes alone; and an ended token
// says how to go on.
#include "tools/onereturn/connection/token_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "common/authority/authority.h"
#include "common/authority/certificate_reading.h"
#include "common/base/testing/temporary_folder.h"
#include "common/status/new_file.h"
#include "common/status/testing/status_matchers.h"
#include "common/token/testing_tokens.h"
#include "tools/onereturn/console/error_text.h"

namespace onereturn::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Timestamp kNow = Timestamp::FromSeconds(1'750'000'000);

class TokenFileTest : public ::testing::Test {
 protected:
  TokenFileTest() {
    const CertifiedKey pem = Authority::Create("Test")
                                 .value()
                                 .Issue(IssueRequest::ForClient("spiffe://a.example/rcf"))
                                 .value();
    certificate_ = ReadCertificate(pem.certificate_pem, "x").value().sha256;
    profile_.mutable_tls()->set_certificate_file(folder_.File("own.pem"));
    profile_.set_token_file(folder_.File("own.token"));
    profile_.set_issuer_key_file(folder_.File("issuer.key"));
    profile_.set_issuer(kTestIssuer);
    EXPECT_THAT(WriteNewFile(folder_.File("own.pem"), pem.certificate_pem, 0644), IsOk());
    EXPECT_THAT(WriteNewFile(folder_.File("issuer.key"), signer_.ToPem().value(), 0600), IsOk());
  }

  TemporaryFolder folder_;
  const TokenSigner signer_ = TokenSigner::Generate(TokenAlgorithm::kEs256).value();
  Digest certificate_ = {};
  config::v1::ClientProfile profile_;
};

TEST_F(TokenFileTest, WhatIsIssuedIsTaken) {
  const IssuedToken issued = IssueToken(profile_, {"analyst-1", "RCF", "review"}, kNow).value();
  FakeClock clock(kNow);
  const auto verifier =
      TokenVerifier::Create({{kTestIssuer, TokenAlgorithm::kEs256, KeysOf(signer_)}}, &clock)
          .value();
  const TokenHolder holder =
      verifier->Verify(issued.token, certificate_, TokenBinding::kPresenter).value();
  EXPECT_EQ(holder.name(), "https://issuer.example#analyst-1");
  EXPECT_EQ(holder.organisation, "RCF");
  EXPECT_EQ(holder.purpose, "review");
  EXPECT_EQ(holder.expires, issued.expires);
  EXPECT_EQ(issued.expires, Timestamp::FromSeconds(1'750'000'900));
}

TEST_F(TokenFileTest, TheFileIsItsOwnersAlone) {
  for (const char* token : {"first", "second"}) {
    EXPECT_THAT(WriteToken(profile_.token_file(), token), IsOk());
    struct stat state = {};
    ASSERT_EQ(stat(profile_.token_file().c_str(), &state), 0);
    EXPECT_EQ(state.st_mode & 0777u, 0600u);
  }
  std::string line;
  ASSERT_TRUE(std::getline(std::ifstream(profile_.token_file()), line));
  EXPECT_EQ(line, "second");
}

TEST_F(TokenFileTest, AnEndedTokenSaysHowToGoOn) {
  EXPECT_THAT(TokenOf(profile_, kNow), IsOkAndHolds(IsEmpty()));
  const IssuedToken issued = IssueToken(profile_, {"analyst-1", "RCF", ""}, kNow).value();
  ASSERT_THAT(WriteToken(profile_.token_file(), issued.token), IsOk());
  EXPECT_THAT(TokenOf(profile_, kNow), IsOkAndHolds(issued.token));
  const absl::Status ended = TokenOf(profile_, issued.expires).status();
  EXPECT_EQ(ExitCodeOf(ended), ExitCode::kRefused);
  EXPECT_THAT(ErrorText(ended),
              AllOf(HasSubstr("onereturn login --person analyst-1 --organisation RCF"),
                    HasSubstr("onereturn logout"), HasSubstr("2025-06-15T15:21:40")));
  ASSERT_THAT(WriteToken(profile_.token_file(), "scribble"), IsOk());
  EXPECT_EQ(ExitCodeOf(TokenOf(profile_, kNow).status()), ExitCode::kUsage);
}

TEST_F(TokenFileTest, WhatServicesWouldRefuseIsNotIssued) {
  for (const SignIn& sign_in : {SignIn{"Jane Doe", "RCF", ""}, SignIn{"9434765919", "RCF", ""},
                                SignIn{"p-4711", "rcf", ""}}) {
    EXPECT_EQ(ExitCodeOf(IssueToken(profile_, sign_in, kNow).status()), ExitCode::kUsage);
  }
  profile_.clear_issuer_key_file();
  EXPECT_THAT(ErrorText(IssueToken(profile_, {"p-4711", "RCF", ""}, kNow).status()),
              HasSubstr("identity provider"));
}

}  // namespace
}  // namespace onereturn::client

#include "common/rpc/people.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "common/authority/authority.h"
#include "common/authority/certificate_reading.h"
#include "common/base/testing/temporary_folder.h"
#include "common/status/new_file.h"
#include "common/status/testing/status_matchers.h"
#include "common/token/testing_tokens.h"

namespace onereturn {
namespace {

using ::testing::Field;
using ::testing::Optional;

constexpr Timestamp kNow = Timestamp::FromSeconds(1'750'000'000);

class PeopleTest : public ::testing::Test {
 protected:
  PeopleTest() {
    EXPECT_THAT(WriteNewFile(folder_.File("keys.json"), signer_.ToKeySet(), 0644), IsOk());
    auto* issuer = config_.add_token_issuers();
    issuer->set_issuer(kTestIssuer);
    issuer->set_keys_file(folder_.File("keys.json"));
    issuer->set_algorithm("ES256");
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
        R"(principals { spiffe_id: "spiffe://a.example/rcf" role: ROLE_SUBMITTER organisation: "RCF" }
           principals { spiffe_id: "spiffe://a.example/loader" role: ROLE_NATIONAL_LOADER }
           principals { spiffe_id: "spiffe://a.example/cqc" role: ROLE_ASSESSOR people_of: "RAE" }
           principals { spiffe_id: "spiffe://a.example/portal" role: ROLE_ANALYST people_of: "*"
                        needs_person: true }
           principals { spiffe_id: "spiffe://a.example/assessment" role: ROLE_SERVICE })",
        &rights_));
  }

  static CallerCertificate System(const std::string& name, const std::string& certificate) {
    return {"spiffe://a.example/" + name, Sha256(certificate), /*issue=*/"", kNow};
  }
  // A token of a person of RCF that is bound to the certificate `bound`, as `system` sends it.
  absl::StatusOr<std::optional<SignedIn>> Send(const std::string& system,
                                               const std::string& bound = "own") {
    const auto people = People::Create(config_, rights_, &clock_).value();
    const std::string field = "Bearer " + Signed(signer_, GoodToken(signer_, kNow, Sha256(bound)));
    return people->Of(&field, System(system, "own"));
  }
  absl::StatusOr<std::optional<SignedIn>> SendText(const std::string& system,
                                                   const std::string* field) {
    return People::Create(config_, rights_, &clock_).value()->Of(field, System(system, "own"));
  }

  TemporaryFolder folder_;
  FakeClock clock_{kNow};
  const TokenSigner signer_ = TokenSigner::Generate(TokenAlgorithm::kEs256).value();
  config::v1::ServerConfig config_;
  config::v1::RightsFile rights_;
};

TEST_F(PeopleTest, ASystemCarriesItsOrganisationsPeople) {
  const SignedIn somebody = Send("rcf").value().value();
  EXPECT_EQ(somebody.holder.name(), "https://issuer.example#p-4711");
  EXPECT_EQ(somebody.holder.organisation, "RCF");
  EXPECT_THAT(Send("cqc"), HasReason(Reason::kIdentityMismatch));
  EXPECT_THAT(Send("loader"), HasReason(Reason::kIdentityMismatch)) << "of no organisation";
  EXPECT_THAT(Send("unheard-of"), HasReason(Reason::kIdentityMismatch));
  EXPECT_THAT(Send("portal"), IsOk());
}

TEST_F(PeopleTest, ATokenIsTheCertificatesUnlessAServicePassesItOn) {
  EXPECT_THAT(Send("rcf", "another"), HasReason(Reason::kIdentityMismatch));
  EXPECT_THAT(Send("portal", "another"), HasReason(Reason::kIdentityMismatch));
  EXPECT_THAT(Send("assessment", "another"), IsOk());
}

TEST_F(PeopleTest, WithoutATokenASystemCallsForItselfWhereItMay) {
  EXPECT_THAT(SendText("rcf", nullptr), IsOk());
  EXPECT_FALSE(SendText("rcf", nullptr).value().has_value());
  EXPECT_THAT(SendText("portal", nullptr), HasReason(Reason::kTokenMissing));
}

TEST_F(PeopleTest, NoTokenIsPassedOver) {
  for (const std::string& field : {std::string(), std::string("Basic eDp5"), std::string("Bearer"),
                                   std::string("Bearer  "), std::string("Bearer x")}) {
    EXPECT_THAT(SendText("rcf", &field), HasReason(Reason::kTokenFormat)) << field;
  }
  config_.clear_token_issuers();
  EXPECT_THAT(Send("rcf"), HasReason(Reason::kTokenIssuer));
}

TEST_F(PeopleTest, SettingsThatCannotBeAreRefused) {
  rights_.mutable_principals(0)->set_people_of("rcf");
  EXPECT_THAT(People::Create(config_, rights_, &clock_), HasReason(Reason::kFieldInvalid));
  rights_.mutable_principals(0)->clear_people_of();
  config_.mutable_token_issuers(0)->set_algorithm("RS256");
  EXPECT_THAT(People::Create(config_, rights_, &clock_), HasReason(Reason::kFieldInvalid));
  config_.mutable_token_issuers(0)->set_algorithm("EdDSA");
  EXPECT_THAT(People::Create(config_, rights_, &clock_), HasReason(Reason::kFieldInvalid))
      << "no key of that algorithm";
  config_.mutable_token_issuers(0)->set_algorithm("ES256");
  EXPECT_THAT(People::Create(config_, rights_, &clock_), IsOk());
  for (const std::string& issuer : {std::string(), std::string("sign-in@issuer.example"),
                                    std::string("https://a.example/\n"), std::string(448, 'i')}) {
    config_.mutable_token_issuers(0)->set_issuer(issuer);
    EXPECT_THAT(People::Create(config_, rights_, &clock_), HasReason(Reason::kFieldInvalid))
        << "nobody of \"" << issuer << "\" could be granted anything";
  }
  config_.mutable_token_issuers(0)->set_issuer(std::string(447, 'i'));
  EXPECT_THAT(People::Create(config_, rights_, &clock_), IsOk());
}

TEST(CallerCertificatesTest, ASystemsCertificateNamesItAndSignsNothing) {
  const Authority authority = Authority::Create("Test").value();
  const SystemClock clock;
  const CallerCertificates certificates(&clock);
  const auto read = [&](const IssueRequest& request) {
    const std::string pem = authority.Issue(request).value().certificate_pem;
    const auto first = certificates.Read(pem);
    EXPECT_EQ(first.status(), certificates.Read(pem).status()) << "what is remembered is the same";
    return first;
  };
  IssueRequest request = IssueRequest::ForClient("spiffe://a.example/rcf");
  EXPECT_THAT(read(request), IsOk());
  EXPECT_EQ(read(request)->spiffe_id, "spiffe://a.example/rcf");
  request.is_ca = true;
  EXPECT_THAT(read(request), HasReason(Reason::kSvidInvalid));
  request.is_ca = false;
  request.signs_too = true;
  EXPECT_THAT(read(request), HasReason(Reason::kSvidInvalid));
  request.signs_too = false;
  request.spiffe_ids.push_back("spiffe://a.example/other");
  EXPECT_THAT(read(request), HasReason(Reason::kSvidInvalid));
  request.spiffe_ids = {"https://a.example/rcf"};
  EXPECT_THAT(read(request), HasReason(Reason::kSvidInvalid));
  EXPECT_THAT(read(IssueRequest()), HasReason(Reason::kSvidInvalid));
  IssueRequest ended = IssueRequest::ForClient("spiffe://a.example/rcf");
  ended.not_before = Timestamp::FromSeconds(1'700'000'000);
  ended.not_after = Timestamp::FromSeconds(1'700'086'400);
  EXPECT_THAT(read(ended), HasReason(Reason::kSvidInvalid));
  EXPECT_THAT(certificates.Read("nothing"), HasReason(Reason::kSvidInvalid));
}

}  // namespace
}  // namespace onereturn

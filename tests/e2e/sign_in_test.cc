// A person works through assessment, which asks metrics on his or her behalf: metrics knows whom it
// answered, and answers no more than the person may see.
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>

#include <fstream>
#include <map>

#include "absl/strings/str_cat.h"
#include "common/authority/certificate_reading.h"
#include "common/clock/clock.h"
#include "common/status/new_file.h"
#include "common/status/testing/status_matchers.h"
#include "common/token/testing_tokens.h"
#include "onereturn/access/v1/access.pb.h"
#include "tests/e2e/demonstration.h"

namespace onereturn {
namespace {

constexpr char kPerson[] = "p-4711";
constexpr char kKeysFile[] = "issuer.jwks.json";
constexpr char kTokenFile[] = "person.token";

std::string JsonOf(const google::protobuf::Struct& object) {
  std::string text;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(object, &text).ok());
  return text;
}

class SignedInThroughServicesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    DeploymentOptions options;
    options.submitters = {kIcbProvider};
    options.adjust = [](const std::string&, config::v1::ServerConfig* config) {
      config::v1::TokenIssuer* issuer = config->add_token_issuers();
      issuer->set_issuer(kTestIssuer);
      issuer->set_algorithm("ES256");
      issuer->set_keys_file(kKeysFile);
    };
    options.adjust_rights = [](config::v1::RightsFile* rights) {
      for (config::v1::Principal& system : *rights->mutable_principals()) {
        if (system.spiffe_id() == Deployment::SpiffeIdOf(kAssessor)) system.set_people_of("*");
      }
      config::v1::Principal* person = rights->add_principals();
      person->set_person(NameOfPerson());
      person->set_role(rights::v1::ROLE_ASSESSOR);
    };
    auto suite = Deployment::Create(std::move(options));
    ASSERT_THAT(suite, IsOk());
    suite_ = *std::move(suite);
    ASSERT_THAT(WriteNewFile(suite_->File(kKeysFile), issuer_.ToKeySet(), 0644), IsOk());
    ASSERT_THAT(suite_->StartAll(), IsOk());
    ASSERT_THAT(As(kSteward, {"apply", SourcePath("deploy/england")}), ExitedWith(0));
    ASSERT_THAT(As(kSteward, {"apply", SourcePath("deploy/demo/cqc_ics_demonstration.textproto")}),
                ExitedWith(0));
    const std::string figures = suite_->File("own.csv");
    DemoFile::Of("2024-03").Only({kIcbProvider}).WriteTo(figures);
    ASSERT_THAT(
        As(Submitter(kIcbProvider), {"submit", figures, "--collection", "MSitAE", "--layout",
                                     "onereturn-wide", "--position-file", suite_->File("at")}),
        ExitedWith(0));
    std::string position;
    std::ifstream(suite_->File("at")) >> position;
    ASSERT_THAT(As(kAnalyst, {"metrics", "--at-least", position}), ExitedWith(0));
    ASSERT_THAT(As(kAssessor, {"assess", "create", "--organisation", kIcb, "--framework",
                               "cqc-ics-demonstration", "--title", "A year"}),
                ExitedWith(0));
  }

  static std::string NameOfPerson() { return absl::StrCat(kTestIssuer, "#", kPerson); }

  ClientRun As(const std::string& persona, std::vector<std::string> arguments) {
    return RunClient({std::move(arguments), suite_->ProfileOf(persona).value()});
  }
  // A profile of the assessor's system at which a person is signed in.
  std::string SignedInAt() {
    config::v1::ClientProfile profile;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
        ReadWholeFile(suite_->ProfileOf(kAssessor).value()), &profile));
    const std::string certificate = ReadWholeFile(profile.tls().certificate_file());
    const TokenText token = GoodToken(issuer_, SystemClock().Now(),
                                      ReadCertificate(certificate, "certificate").value().sha256);
    profile.set_token_file(suite_->File(kTokenFile));
    EXPECT_THAT(WriteNewFile(profile.token_file(), Signed(issuer_, token), 0600), IsOk());
    const std::string file = suite_->File("person.profile.textproto");
    std::ofstream(file) << profile.DebugString();
    return file;
  }

  const TokenSigner issuer_ = TokenSigner::Generate(TokenAlgorithm::kEs256).value();
  std::unique_ptr<Deployment> suite_;
};

TEST_F(SignedInThroughServicesTest, MetricsAnswersThePersonWhomAssessmentServes) {
  const std::string person = SignedInAt();
  ASSERT_THAT(
      RunClient({{"assess", "evidence", "a1", "--statement", "QS5", "--category", "Outcomes",
                  "--metric", kFourHours, "--organisation", kIcbProvider, "--period", "2024-03"},
                 person}),
      ExitedWith(0));
  // What is traced stands below a score.
  ASSERT_THAT(RunClient({{"assess", "score", "a1", "--statement", "QS5", "--score", "2",
                          "--rationale", "Waits are long."},
                         person}),
              ExitedWith(0));
  ASSERT_THAT(RunClient({{"trace", "a1"}, person}), ExitedWith(0));

  const ClientRun log =
      As(kAuditor, {"access-log", "--service", "metrics", "--most", "1000", "--json"});
  ASSERT_THAT(log, ExitedWith(0));
  const auto answer = FromJson<google::protobuf::Struct>(log.out);
  std::map<std::string, int> by_method;
  const auto services = JsonList(answer, {"services"});
  ASSERT_EQ(services.size(), 1u);
  for (const auto& value : JsonList(services[0].struct_value(), {"entries"})) {
    const auto entry = FromJson<access::v1::AccessEntry>(JsonOf(value.struct_value()));
    if (entry.system() != Deployment::SpiffeIdOf("assessment") || entry.person().empty()) continue;
    EXPECT_EQ(entry.person(), NameOfPerson());
    ++by_method[entry.method()];
  }
  EXPECT_EQ(by_method["onereturn.metrics.v1.MetricsService.GetMetricValue"], 1);
  EXPECT_EQ(by_method["onereturn.metrics.v1.MetricsService.TraceMetricValue"], 2)
      << "a stream, at its start and at its end";
  // The token itself stands nowhere.
  const std::string token = ReadWholeFile(suite_->File(kTokenFile));
  for (const char* service : {"ingestion", "metrics", "assessment"}) {
    EXPECT_EQ(ReadWholeFile(suite_->LogFileOf(service)).find(token), std::string::npos) << service;
  }
}

}  // namespace
}  // namespace onereturn

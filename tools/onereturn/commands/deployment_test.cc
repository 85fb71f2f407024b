// Goal: a deployment holds what three services and their callers need, never overwrites anything,
// and keeps its keys to its owner.
#include "tools/onereturn/commands/deployment.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <thread>
#include <vector>

#include "common/authority/authority.h"
#include "common/authority/certificate_reading.h"
#include "common/authority/revocation_list.h"
#include "common/base/testing/temporary_folder.h"
#include "common/clock/clock.h"
#include "common/identity/rights.h"
#include "common/rpc/credentials.h"
#include "common/rpc/server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/onereturn/commands/assessment_file.h"
#include "tools/onereturn/commands/deployment_revocation.h"
#include "tools/onereturn/connection/profile.h"
#include "tools/onereturn/console/error_text.h"
#include "tools/onereturn/evidence/receipt_check.h"

namespace onereturn::client {
namespace {

using ::testing::HasSubstr;

class Deployment : public ::testing::Test {
 protected:
  DeploymentOptions Options() {
    DeploymentOptions options;
    options.folder = folder_.File("d");
    options.ports = {0, 0, 0};
    options.organisations = {"RLQ"};
    return options;
  }
  std::string File(const std::string& name) { return folder_.File("d/" + name); }
  // Does the list hold the certificate of `name`?
  bool IsTakenBack(const std::string& name) {
    const std::string authority = ReadTextFile(File("certificates/authority.pem")).value();
    const auto list =
        RevocationList::FromPem(ReadTextFile(File("certificates/revoked.pem")).value(), authority);
    const auto facts =
        ReadCertificate(ReadTextFile(File("certificates/" + name + ".pem")).value(), "x");
    return list.value().Holds(facts.value().issue);
  }
  TemporaryFolder folder_;
};

TEST_F(Deployment, ServesServicesAndCallers) {
  const absl::Status written = WriteDeployment(Options());
  ASSERT_TRUE(written.ok()) << written;
  std::set<std::string> addresses;
  for (const char* service : {"ingestion", "metrics", "assessment"}) {
    std::string config_file = File(std::string(service) + ".textproto");
    char program[] = "server";
    char flag[] = "--config";
    char* arguments[] = {program, flag, config_file.data()};
    const auto config = ReadServerConfig(3, arguments);
    ASSERT_TRUE(config.ok()) << config.status();
    EXPECT_TRUE(MutualTlsServerCredentials(config->tls()).ok());
    EXPECT_TRUE(std::filesystem::exists(config->data_folder() + "/initialise"));
    addresses.insert(config->listen_address());
  }
  EXPECT_EQ(addresses.size(), 3u);

  config::v1::RightsFile rights;
  ASSERT_TRUE(ReadTextProto(File("rights.textproto"), &rights).ok());
  EXPECT_TRUE(Rights::FromProto(rights).ok());
  // Services; nine national callers, two of bodies and an organisation's two, with a person at
  // each.
  EXPECT_EQ(rights.principals_size(), 3 + 2 * (9 + 2 + 2));

  for (const Persona& persona : PersonasOf({"RLQ"})) {
    const auto profile = ReadProfile(File(persona.name + ".profile.textproto"));
    ASSERT_TRUE(profile.ok()) << profile.status();
    for (const char* service : {"ingestion", "metrics", "assessment"}) {
      const auto peer = PeerOf(*profile, service);
      ASSERT_TRUE(peer.ok());
      EXPECT_EQ(addresses.count(peer->address()), 1u);
      EXPECT_TRUE(MutualTlsChannel(profile->tls(), *peer).ok());
      EXPECT_TRUE(PublicKeyOf(*profile, service).ok());
    }
  }
}

TEST_F(Deployment, KeysAreTheirOwnersAlone) {
  ASSERT_TRUE(WriteDeployment(Options()).ok());
  size_t keys = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(File(""))) {
    const std::string name = file.path().filename().string();
    const bool secret = name.find(".key.pem") != std::string::npos ||
                        name.find(".signing.pem") != std::string::npos;
    if (!secret) continue;
    struct stat state {};
    ASSERT_EQ(stat(file.path().c_str(), &state), 0);
    EXPECT_EQ(state.st_mode & 0777u, 0600u) << name;
    ++keys;
  }
  EXPECT_EQ(keys, 1u + 3 + 3 + 1 + 13);  // Authority, services, their signatures, issuer, callers.
}

TEST_F(Deployment, NeverOverwrites) {
  std::filesystem::create_directories(File(""));
  EXPECT_TRUE(WriteDeployment(Options()).ok());  // Empty is as good as new.
  const absl::Status again = WriteDeployment(Options());
  EXPECT_EQ(ExitCodeOf(again), ExitCode::kUsage);
  EXPECT_THAT(std::string(again.message()), HasSubstr("not an empty folder"));
}

TEST_F(Deployment, ProfilesThatAreNotThere) {
  EXPECT_EQ(ExitCodeOf(ReadProfile(File("none")).status()), ExitCode::kUsage);
  EXPECT_EQ(ExitCodeOf(PeerOf(config::v1::ClientProfile(), "metrics").status()), ExitCode::kUsage);
}

TEST_F(Deployment, AssessmentFilesSayNothingOnlyTheServiceMay) {
  std::filesystem::create_directories(File(""));
  std::ofstream(File("good")) << "organisation: \"QXX\" scores { statement: \"QS1\" score: 3 }";
  std::ofstream(File("bad")) << "name: \"assessments/a1\"";
  EXPECT_EQ(ReadAssessmentFile(File("good"))->scores_size(), 1);
  EXPECT_EQ(ExitCodeOf(ReadAssessmentFile(File("bad")).status()), ExitCode::kUsage);
}

TEST(ScoreId, GoingBackToAnEarlierScoreIsANewRequest) {
  assessment::v1::Assessment seen;
  seen.set_etag("\"1\"");
  assessment::v1::Score score;
  score.set_statement("QS1");
  const std::string first = ScoreId(seen, score);
  EXPECT_EQ(first, ScoreId(seen, score));
  seen.set_etag("\"2\"");
  EXPECT_NE(first, ScoreId(seen, score));
  EXPECT_LE(first.size(), 128u);
}

TEST(AddAllEvidence, TakesTheStatementsOwn) {
  assessment::v1::Assessment assessment;
  for (const char* statement : {"QS1", "QS2", "QS1"}) {
    auto* evidence = assessment.add_evidence();
    evidence->set_statement(statement);
    evidence->set_name("e" + std::to_string(assessment.evidence_size()));
  }
  assessment::v1::Score score;
  score.set_statement("QS1");
  AddAllEvidence(assessment, &score);
  EXPECT_THAT(score.evidence(), ::testing::ElementsAre("e1", "e3"));
}

TEST_F(Deployment, CertificatesAreTakenBackOneAfterAnother) {
  ASSERT_TRUE(WriteDeployment(Options()).ok());
  const Timestamp now = SystemClock().Now();
  const auto holds = [this](const std::string& name) { return IsTakenBack(name); };
  EXPECT_FALSE(holds("analyst")) << "at first nothing is taken back";
  const auto file = RevokeInDeployment(File(""), {"analyst"}, now);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_TRUE(holds("analyst"));
  EXPECT_FALSE(holds("steward"));
  ASSERT_TRUE(RevokeInDeployment(File(""), {"steward", "analyst"}, now).ok());
  EXPECT_TRUE(holds("analyst") && holds("steward"));
  ASSERT_TRUE(RevokeInDeployment(File(""), {}, now).ok());
  EXPECT_TRUE(holds("analyst") && holds("steward")) << "a list made anew forgets nothing";
  for (const char* wrong :
       {"nobody", "authority", "revoked", "analyst.key", "../certificates/loader"}) {
    EXPECT_EQ(ExitCodeOf(RevokeInDeployment(File(""), {"loader", wrong}, now).status()),
              ExitCode::kUsage)
        << wrong;
  }
  ASSERT_TRUE(RevokeInDeployment(File(""), {}, now).ok());
  EXPECT_FALSE(holds("loader")) << "whoever is refused has taken back nothing";
  EXPECT_EQ(ExitCodeOf(RevokeInDeployment(folder_.File("none"), {}, now).status()),
            ExitCode::kUsage);
}

TEST_F(Deployment, OfCertificatesTakenBackAtOnceNoneIsLost) {
  ASSERT_TRUE(WriteDeployment(Options()).ok());
  const Timestamp now = SystemClock().Now();
  const std::vector<std::string> names = {"analyst", "steward", "assessor", "operator",
                                          "auditor", "metrics", "ingestion"};
  std::vector<std::thread> threads;
  std::vector<absl::Status> done(names.size());
  for (size_t i = 0; i < names.size(); ++i) {
    threads.emplace_back(
        [&, i] { done[i] = RevokeInDeployment(File(""), {names[i]}, now).status(); });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < names.size(); ++i) {
    EXPECT_TRUE(done[i].ok()) << done[i];
    EXPECT_TRUE(IsTakenBack(names[i])) << names[i];
  }
}

TEST_F(Deployment, AListIsNotReplacedByOneThatHoldsLess) {
  ASSERT_TRUE(WriteDeployment(Options()).ok());
  const Timestamp now = SystemClock().Now();
  const std::string kept = File("certificates/revoked");
  ASSERT_TRUE(RevokeInDeployment(File(""), {"analyst"}, now).ok());
  // The copies are gone, or cannot be read.
  std::filesystem::rename(kept, File("elsewhere"));
  const absl::Status gone = RevokeInDeployment(File(""), {"steward"}, now).status();
  EXPECT_EQ(ExitCodeOf(gone), ExitCode::kUsage);
  EXPECT_THAT(std::string(gone.message()), HasSubstr("holds no copy"));
  EXPECT_TRUE(IsTakenBack("analyst"));
  std::filesystem::remove_all(kept);
  std::ofstream(kept) << "no folder";
  EXPECT_FALSE(RevokeInDeployment(File(""), {}, now).ok());
  EXPECT_TRUE(IsTakenBack("analyst"));
  std::filesystem::remove(kept);
  std::filesystem::rename(File("elsewhere"), kept);
  std::ofstream(kept + "/torn.pem") << "-----BEGIN CERTIF";
  const absl::Status torn = RevokeInDeployment(File(""), {"steward"}, now).status();
  EXPECT_THAT(std::string(torn.message()), HasSubstr("torn.pem"));
  EXPECT_TRUE(IsTakenBack("analyst"));
  std::filesystem::remove(kept + "/torn.pem");
  EXPECT_TRUE(RevokeInDeployment(File(""), {}, now).ok());
  EXPECT_TRUE(IsTakenBack("analyst") && IsTakenBack("steward")) << "its copy was kept before";
  // A list of another's making.
  const Authority other = Authority::Create("Another authority").value();
  std::ofstream(File("certificates/revoked.pem")) << other.Revoke({}, now).value();
  EXPECT_EQ(ExitCodeOf(RevokeInDeployment(File(""), {}, now).status()), ExitCode::kUsage);
  std::filesystem::remove(File("certificates/revoked.pem"));
  EXPECT_TRUE(RevokeInDeployment(File(""), {}, now).ok());
  EXPECT_TRUE(IsTakenBack("analyst") && IsTakenBack("steward"));
}

}  // namespace
}  // namespace onereturn::client

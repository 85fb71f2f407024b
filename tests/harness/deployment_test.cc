#include "tests/harness/deployment.h"

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "common/clock/clock.h"
#include "common/feed/wire.h"
#include "common/identity/rights.h"
#include "common/rpc/credentials.h"
#include "common/rpc/server.h"
#include "common/rpc/status_conversion.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/ledger/v1/ledger.grpc.pb.h"

namespace onereturn {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kService[] = "ingestion";

DeploymentOptions WithIdleServers() {
  DeploymentOptions options;
  options.submitters = {"RCF", "QWO"};
  for (const std::string& service : Deployment::Services()) {
    options.binaries[service] = "harness_idle_server";
  }
  return options;
}

absl::StatusOr<ledger::v1::GetHeadResponse> GetHead(const std::shared_ptr<grpc::Channel>& channel) {
  auto stub = ledger::v1::LedgerService::NewStub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
  ledger::v1::GetHeadResponse response;
  absl::Status status =
      FromGrpcStatus(stub->GetHead(&context, ledger::v1::GetHeadRequest(), &response));
  if (!status.ok()) return status;
  return response;
}

std::string Read(const std::string& file) {
  std::ifstream stream(file);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

TEST(DeploymentTest, WritesWhatTheServersRead) {
  auto suite = Deployment::Create(WithIdleServers()).value();
  config::v1::RightsFile file;
  ASSERT_THAT(ReadTextProto(suite->File("rights.textproto"), &file), IsOk());
  const Rights rights = Rights::FromProto(file).value();
  EXPECT_EQ(rights.Find(Deployment::SpiffeIdOf("metrics")).value().role, rights::v1::ROLE_SERVICE);
  EXPECT_EQ(rights.Find(Deployment::SpiffeIdOf(kAuditor)).value().role, rights::v1::ROLE_AUDITOR);
  const Caller submitter = rights.Find(Deployment::SpiffeIdOf(Submitter("RCF"))).value();
  EXPECT_EQ(submitter.role, rights::v1::ROLE_SUBMITTER);
  EXPECT_EQ(submitter.scope.organisation(), "RCF");
  EXPECT_THAT(rights.Find(Deployment::SpiffeIdOf(kStranger)), HasReason(Reason::kIdentityUnknown));

  std::set<std::string> addresses;
  for (const std::string& service : Deployment::Services()) {
    config::v1::ServerConfig config;
    ASSERT_THAT(ReadTextProto(suite->ConfigFileOf(service), &config), IsOk());
    EXPECT_EQ(config.listen_address(), suite->AddressOf(service));
    EXPECT_EQ(config.peers_size(), 2);
    for (const config::v1::Peer& peer : config.peers()) {
      EXPECT_EQ(peer.address(), suite->AddressOf(peer.service()));
      EXPECT_NE(peer.service(), service);
    }
    addresses.insert(config.listen_address());
    struct stat status = {};
    ASSERT_EQ(stat(suite->TlsFilesOf(service).key_file().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
  }
  EXPECT_EQ(addresses.size(), 3u);
}

TEST(DeploymentTest, TheClientProfileNamesAllThree) {
  auto suite = Deployment::Create(WithIdleServers()).value();
  config::v1::ClientProfile profile;
  ASSERT_THAT(ReadTextProto(suite->ProfileOf(kSteward).value(), &profile), IsOk());
  EXPECT_EQ(profile.services_size(), 3);
  for (const std::string& service : Deployment::Services()) {
    const VerifyingKey key =
        VerifyingKey::FromPem(Read(profile.public_key_files().at(service))).value();
    EXPECT_EQ(key.key_id(), suite->verifying_key(service).key_id());
  }
}

TEST(DeploymentTest, AServiceKeepsItsPortAndItsStoreThroughAKill) {
  auto suite = Deployment::Create(WithIdleServers()).value();
  ASSERT_THAT(suite->StartAll(), IsOk());
  const std::string address = suite->AddressOf(kService);
  for (int i = 0; i < 3; ++i) {
    const auto response = GetHead(suite->Channel(kOperator, kService));
    ASSERT_THAT(response, IsOk());
    EXPECT_THAT(VerifyHead(FromWire(response->head()).value(), suite->verifying_key(kService)),
                IsOk());
    suite->Kill9(kService);
    EXPECT_EQ(suite->process(kService), nullptr);
    EXPECT_THAT(GetHead(suite->Channel(kOperator, kService)),
                StatusIs(absl::StatusCode::kUnavailable));
    ASSERT_THAT(suite->Start(kService), IsOk());
    EXPECT_EQ(suite->AddressOf(kService), address);
  }
  EXPECT_THAT(suite->Start(kService), StatusIs(absl::StatusCode::kFailedPrecondition));
  for (const std::string& service : Deployment::Services()) {
    EXPECT_THAT(suite->Stop(service), IsOk());
  }
}

// Figures before their publication, and who called for what.
TEST(DeploymentTest, WhatAServiceWritesIsForNobodyElse) {
  auto suite = Deployment::Create(WithIdleServers()).value();
  const mode_t before = umask(0);
  const absl::Status started = suite->Start(kService);
  umask(before);
  ASSERT_THAT(started, IsOk());
  namespace fs = std::filesystem;
  constexpr fs::perms kOthers =
      fs::perms::others_all | fs::perms::group_write;  // A group may read along.
  int files = 0;
  for (const auto& file : fs::directory_iterator(suite->DataFolderOf(kService))) {
    ++files;
    EXPECT_EQ(file.status().permissions() & kOthers, fs::perms::none) << file.path();
  }
  EXPECT_GT(files, 3);
}

TEST(DeploymentTest, AVanishedDataFolderIsNeverMadeAnew) {
  auto suite = Deployment::Create(WithIdleServers()).value();
  ASSERT_THAT(suite->Start(kService), IsOk());
  ASSERT_THAT(suite->Stop(kService), IsOk());
  std::filesystem::remove_all(suite->DataFolderOf(kService));
  const absl::Status status = suite->Start(kService);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(std::string(status.message()), HasSubstr("There is no store"));
}

// Mutual TLS over real sockets, with a server that stands for all three.
class MutualTlsTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(suite_->Start(kService), IsOk()); }

  absl::StatusOr<ledger::v1::GetHeadResponse> CallWith(const IssueRequest& request,
                                                       const Authority& authority) {
    const std::string name = "tried-" + std::to_string(++tried_);
    return GetHead(
        suite_->ChannelWith(suite_->WriteTlsFiles(name, request, authority).value(), kService));
  }

  int tried_ = 0;
  const std::unique_ptr<Deployment> suite_ = Deployment::Create(WithIdleServers()).value();
};

TEST_F(MutualTlsTest, EveryKnownSystemIsAnswered) {
  for (const std::string& persona :
       {std::string(kLoader), std::string(kSteward), std::string(kAnalyst), std::string(kAssessor),
        std::string(kOperator), std::string(kAuditor), Submitter("RCF"), Submitter("QWO"),
        std::string("metrics"), std::string("assessment")}) {
    EXPECT_THAT(GetHead(suite_->Channel(persona, kService)), IsOk()) << persona;
  }
}

TEST_F(MutualTlsTest, WithoutACertificateNothingIsAnswered) {
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = suite_->authority().certificate_pem();
  grpc::ChannelArguments arguments;
  arguments.SetSslTargetNameOverride("localhost");
  EXPECT_THAT(GetHead(grpc::CreateCustomChannel(suite_->AddressOf(kService),
                                                grpc::SslCredentials(options), arguments)),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(
      GetHead(grpc::CreateChannel(suite_->AddressOf(kService), grpc::InsecureChannelCredentials())),
      StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(MutualTlsTest, AnotherAuthoritysSystemIsRefusedEvenUnderAKnownName) {
  const Authority other = Authority::Create("Test authority").value();
  EXPECT_THAT(CallWith(IssueRequest::ForClient(Deployment::SpiffeIdOf(kOperator)), other),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(MutualTlsTest, ACertificateOutsideItsTimeIsRefused) {
  IssueRequest expired = IssueRequest::ForClient(Deployment::SpiffeIdOf(kOperator));
  expired.not_before = Timestamp::FromSeconds(1'700'000'000);
  expired.not_after = Timestamp::FromSeconds(1'700'086'400);
  EXPECT_THAT(CallWith(expired, suite_->authority()), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(MutualTlsTest, ExactlyOneSpiffeIdIsWanted) {
  IssueRequest two = IssueRequest::ForClient(Deployment::SpiffeIdOf(kOperator));
  two.spiffe_ids.push_back(Deployment::SpiffeIdOf(kAuditor));
  const auto answer = CallWith(two, suite_->authority());
  EXPECT_THAT(answer, HasReason(Reason::kSvidInvalid));
  EXPECT_THAT(answer, StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_THAT(CallWith(IssueRequest(), suite_->authority()), HasReason(Reason::kSvidInvalid));
  IssueRequest web = IssueRequest::ForClient("https://onereturn.example/operator");
  EXPECT_THAT(CallWith(web, suite_->authority()), HasReason(Reason::kSvidInvalid));
  IssueRequest dns_beside = IssueRequest::ForServer(Deployment::SpiffeIdOf(kOperator));
  EXPECT_THAT(CallWith(dns_beside, suite_->authority()), IsOk());
}

TEST_F(MutualTlsTest, AnUnknownIdentityIsToldSo) {
  const auto answer = GetHead(suite_->Channel(kStranger, kService));
  EXPECT_THAT(answer, HasReason(Reason::kIdentityUnknown));
  EXPECT_THAT(answer, StatusIs(absl::StatusCode::kUnauthenticated));
}

TEST_F(MutualTlsTest, AClientRefusesAServerThatIsNotTheOneItMeans) {
  config::v1::Peer peer;
  peer.set_address(suite_->AddressOf(kService));
  peer.set_spiffe_id(Deployment::SpiffeIdOf("metrics"));
  EXPECT_THAT(GetHead(MutualTlsChannel(suite_->TlsFilesOf(kOperator), peer).value()),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(MutualTlsTest, NothingOfARequestOrKeyIsLogged) {
  EXPECT_THAT(GetHead(suite_->Channel(kStranger, kService)), Not(IsOk()));
  EXPECT_THAT(GetHead(suite_->Channel(kOperator, kService)), IsOk());
  ASSERT_THAT(suite_->Stop(kService), IsOk());
  EXPECT_THAT(Read(suite_->LogFileOf(kService)), Not(HasSubstr("PRIVATE KEY")));
  EXPECT_THAT(Read(suite_->LogFileOf(kService)), HasSubstr("IDENTITY_UNKNOWN"));
  // A call that succeeded is a line too.
  EXPECT_THAT(
      Read(suite_->LogFileOf(kService)),
      HasSubstr("\"caller\":\"" + Deployment::SpiffeIdOf(kOperator) + "\",\"code\":\"OK\""));
}

}  // namespace
}  // namespace onereturn

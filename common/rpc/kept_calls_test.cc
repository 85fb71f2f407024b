// Goal: what the guard does with calls whose entries cannot be written, or are not worth one each;
// and whose share a system takes that the rights file does not name.
#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <map>

#include "common/access_log/access_log.h"
#include "common/rpc/guard.h"
#include "common/rpc/people.h"
#include "common/rpc/server.h"
#include "common/rpc/testing/answering_ledger.h"
#include "common/rpc/testing/test_certificates.h"
#include "onereturn/returns/v1/returns_service.grpc.pb.h"

namespace onereturn {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

constexpr Timestamp kKeptNoon = Timestamp::FromSeconds(1'750'075'200);  // 2025-06-16T12:00:00Z.

std::string KeptId(const std::string& name) { return "spiffe://kept.example/" + name; }

class KeptReturns final : public returns::v1::ReturnsService::Service {
 public:
  explicit KeptReturns(const Guard* guard) : guard_(guard) {}
  grpc::Status GetReturn(grpc::ServerContext* context, const returns::v1::GetReturnRequest* request,
                         returns::v1::GetReturnResponse* response) override {
    return guard_->Serve(*context, *request, response,
                         [](const CallContext&) { return absl::OkStatus(); });
  }
  // As no method of a service may: its answer would miss Prune().
  grpc::Status ListReturns(grpc::ServerContext* context,
                           const returns::v1::ListReturnsRequest* request,
                           returns::v1::ListReturnsResponse* /*response*/) override {
    return guard_->ServeStream(*context, *request,
                               [](const CallContext&) { return absl::OkStatus(); });
  }

 private:
  const Guard* const guard_;
};

class KeptCallsTest : public ::testing::Test {
 protected:
  KeptCallsTest() {
    config::v1::RightsFile file;
    const auto configure = [&](const std::string& name, rights::v1::Role role,
                               const std::string& organisation) {
      auto* principal = file.add_principals();
      principal->set_spiffe_id(KeptId(name));
      principal->set_role(role);
      principal->set_organisation(organisation);
    };
    configure("rcf", rights::v1::ROLE_SUBMITTER, "RCF");
    configure("assessment", rights::v1::ROLE_SERVICE, "");
    const auto granted = [](const std::string& name, rights::v1::Role role,
                            const std::string& organisation) {
      Grant grant;
      grant.name = "grants/" + name;
      grant.principal = KeptId(name);
      grant.role = role;
      grant.organisation = organisation;
      return grant;
    };
    const Rights rights =
        Rights::FromProto(file)->With(1,
                                      {granted("granted", rights::v1::ROLE_SUBMITTER, "RCF"),
                                       granted("national", rights::v1::ROLE_ANALYST, "")},
                                      {KeptId("former")}, nullptr);
    for (const char* name : {"rcf", "assessment", "granted", "national", "former", "stranger"}) {
      certificates_.Issue(name, IssueRequest::ForClient(KeptId(name)));
    }
    certificates_.Issue("server", IssueRequest::ForServer(KeptId("server")));
    AccessLogOptions options;
    options.folder = certificates_.File("access");
    options.most_waiting_bytes = 1'000;
    options.interval = std::chrono::hours(1);  // Only what the test asks for is written.
    log_ = AccessLog::Open(options, &clock_).value();
    guard_ = Guard::Create(rights, &clock_,
                           {ServiceDescriptor<returns::v1::ReturnsService>(),
                            ServiceDescriptor<ledger::v1::LedgerService>()})
                 .value();
    guard_->Use({People::None(), std::make_shared<Revocations>(), log_.get()});
    returns_ = std::make_unique<KeptReturns>(guard_.get());
    ledger_ = std::make_unique<AnsweringLedger>(guard_.get());
    config::v1::ServerConfig config;
    config.set_listen_address("127.0.0.1:0");
    *config.mutable_tls() = certificates_.FilesOf("server");
    server_ = Server::Start(config, {returns_.get(), ledger_.get()}).value();
  }
  ~KeptCallsTest() override {
    server_->Drain([] {});
  }

  template <typename Service, typename Method, typename Request, typename Response>
  absl::Status CallOf(const std::string& name, Method method, const Request& request,
                      Response* response) {
    std::shared_ptr<grpc::Channel>& channel = channels_[name];
    if (channel == nullptr) {
      channel = certificates_.Channel(name, KeptId("server"), server_->address());
    }
    const auto stub = Service::NewStub(channel);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    return FromGrpcStatus((stub.get()->*method)(&context, request, response));
  }
  absl::Status Get(const std::string& name) {
    returns::v1::GetReturnRequest request;
    request.set_name("organisations/RCF/returns/AE.2025-04");
    returns::v1::GetReturnResponse response;
    return CallOf<returns::v1::ReturnsService>(name, &returns::v1::ReturnsService::Stub::GetReturn,
                                               request, &response);
  }
  absl::Status Head(const std::string& name) {
    ledger::v1::GetHeadResponse response;
    return CallOf<ledger::v1::LedgerService>(name, &ledger::v1::LedgerService::Stub::GetHead,
                                             ledger::v1::GetHeadRequest(), &response);
  }
  // What is in the log: the calls of each system, and of each reason.
  std::map<std::string, uint64_t> Kept() {
    EXPECT_TRUE(log_->Flush(std::chrono::seconds(20)));
    AccessQuestion question;
    question.until = kMaxTimestamp;
    const AccessPage page = ReadAccess(log_->folder(), question, {}).value();
    std::map<std::string, uint64_t> calls;
    for (const auto& entry : page.entries) {
      const std::string who = entry.system().substr(entry.system().rfind('/') + 1);
      calls[who + " " + entry.reason()] += std::max<uint64_t>(entry.calls(), 1);
    }
    entries_ = page.entries.size();
    return calls;
  }

  FakeClock clock_{kKeptNoon};
  const TestCertificates certificates_;
  std::unique_ptr<AccessLog> log_;
  std::unique_ptr<Guard> guard_;
  std::unique_ptr<KeptReturns> returns_;
  std::unique_ptr<AnsweringLedger> ledger_;
  std::unique_ptr<Server> server_;
  std::map<std::string, std::shared_ptr<grpc::Channel>> channels_;
  size_t entries_ = 0;
};

TEST_F(KeptCallsTest, WhileTheLogFailsTheSuiteGoesOnAndRefusedCallsAreCounted) {
  std::filesystem::remove_all(log_->folder());
  access::v1::AccessEntry large;
  large.set_system(KeptId("test"));
  large.set_purpose(std::string(1'000, 'x'));
  log_->Append(large);
  EXPECT_FALSE(log_->Flush(std::chrono::milliseconds(100)));
  EXPECT_THAT(Get("rcf"), HasReason(Reason::kAccessLog));
  for (int i = 0; i < 20; ++i) {
    EXPECT_THAT(Head("assessment"), IsOk()) << "heads are not refused";
    EXPECT_THAT(Head("stranger"), HasReason(Reason::kIdentityUnknown));
  }
  std::filesystem::create_directory(log_->folder());
  EXPECT_THAT(Kept(), ElementsAre(Pair("assessment ", 20), Pair("stranger IDENTITY_UNKNOWN", 20),
                                  Pair("test ", 1)));
  EXPECT_THAT(Get("rcf"), IsOk());
}

TEST_F(KeptCallsTest, CallsOverTheShareAreOneEntry) {
  Shares shares = Shares::Default();
  shares.organisation = {0.001, 3, 10, 1'000};
  guard_->LimitCallers(shares);
  for (int i = 0; i < 50; ++i) Get("rcf").IgnoreError();
  EXPECT_THAT(Kept(), ElementsAre(Pair("rcf ", 3), Pair("rcf ORG_QUOTA", 47)));
  EXPECT_EQ(entries_, 4u);
}

TEST_F(KeptCallsTest, ASystemKnownByGrantsAloneHasTheShareTheyGiveIt) {
  Shares shares = Shares::Default();
  shares.organisation = {0.001, 2, 10, 1'000};
  shares.national = {0.001, 4, 10, 1'000};
  guard_->LimitCallers(shares);
  const auto served = [this](const std::string& name) {
    for (int calls = 0;; ++calls) {
      const absl::Status answer = Get(name);
      if (calls == 10 || (!answer.ok() && ReasonOf(answer) == Reason::kOrgQuota)) return calls;
    }
  };
  EXPECT_THAT(Get("granted"), IsOk());
  EXPECT_EQ(served("rcf"), 1) << "the share is the organisation's, whichever system takes it";
  EXPECT_EQ(served("granted"), 0);
  EXPECT_EQ(served("national"), 4);
  EXPECT_EQ(served("former"), 2) << "who may do nothing has an organisation's, its own";
  EXPECT_THAT(guard_->counts().refused_by_caller,
              ElementsAre(Pair("RCF", 2), Pair(KeptId("former"), 1), Pair(KeptId("national"), 1)));
}

TEST_F(KeptCallsTest, ACertificateEndsByTheGuardsClock) {
  EXPECT_THAT(Get("rcf"), IsOk());
  clock_.AdvanceSeconds(int64_t{40} * 365 * 86'400);
  EXPECT_THAT(Get("rcf"), HasReason(Reason::kSvidInvalid)) << "on the connection that stands";
}

TEST_F(KeptCallsTest, WhatAnswersOnceIsNotServedAsAStream) {
  returns::v1::ListReturnsRequest request;
  request.set_parent("organisations/RCF");
  returns::v1::ListReturnsResponse response;
  EXPECT_THAT(CallOf<returns::v1::ReturnsService>(
                  "rcf", &returns::v1::ReturnsService::Stub::ListReturns, request, &response),
              StatusIs(absl::StatusCode::kInternal));
}

}  // namespace
}  // namespace onereturn

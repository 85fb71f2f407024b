// A whole call over mutual TLS on the loopback: what stands before a method, as a client sees it.
#include "common/rpc/server.h"

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/rpc/guard.h"
#include "common/rpc/mutation_gate.h"
#include "common/rpc/testing/answering_ledger.h"
#include "common/rpc/testing/test_certificates.h"
#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/feed/v1/feed.grpc.pb.h"
#include "onereturn/ledger/v1/ledger.grpc.pb.h"
#include "onereturn/returns/v1/returns_service.grpc.pb.h"

namespace onereturn {
namespace {

using returns::v1::SubmitReturnRequest;
using returns::v1::SubmitReturnResponse;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ReturnsMutation = Mutation<SubmitReturnRequest, SubmitReturnResponse>;

constexpr char kServerId[] = "spiffe://onereturn.example/ingestion";
constexpr char kPath[] = "/onereturn.returns.v1.ReturnsService/SubmitReturn";

using ReturnsBase = returns::v1::ReturnsService::WithRawCallbackMethod_SubmitReturn<
    returns::v1::ReturnsService::Service>;

// Answers a submission when the test says so, and a read with the caller's own name.
class TestReturns final : public ReturnsBase {
 public:
  TestReturns(const Guard* guard, MutationGate* gate) : guard_(guard), gate_(gate) {}

  grpc::ServerUnaryReactor* SubmitReturn(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override {
    return gate_->Start<SubmitReturnRequest, SubmitReturnResponse>(
        context, request, response, [this](ReturnsMutation mutation) {
          if (release_.valid()) {
            if (!std::exchange(reached_, true)) held_.set_value();
            release_.wait();
          }
          SubmitReturnResponse answer;
          answer.set_finding_count(static_cast<uint64_t>(mutation.request.cells_size()));
          answer.mutable_return_()->set_name(mutation.call.caller.spiffe_id + " " +
                                             DigestToHex(mutation.digest));
          mutation.respond(std::move(answer));
        });
  }
  grpc::Status GetReturn(grpc::ServerContext* context, const returns::v1::GetReturnRequest* request,
                         returns::v1::GetReturnResponse* response) override {
    return guard_->Serve(*context, *request, response,
                         [&](const CallContext& call) -> absl::Status {
                           deadline_micros = call.deadline.micros - call.started.micros;
                           if (request->name() == "organisations/RCF/returns/none")
                             return NotFound();
                           response->mutable_return_()->set_name(call.method);
                           return absl::OkStatus();
                         });
  }

  // Submissions wait from now on, until Release().
  void Hold() { release_ = released_.get_future().share(); }
  void WaitUntilHeld() { held_.get_future().wait(); }
  void Release() { released_.set_value(); }
  std::atomic<int64_t> deadline_micros{0};

 private:
  const Guard* const guard_;
  MutationGate* const gate_;
  bool reached_ = false;  // Only the gate's one thread touches it.
  std::promise<void> held_;
  std::promise<void> released_;
  std::shared_future<void> release_;
};

// Answers everybody who is admitted, with nothing.
class TestFeed final : public feed::v1::FeedService::Service {
 public:
  explicit TestFeed(const Guard* guard) : guard_(guard) {}
  grpc::Status GetChunks(grpc::ServerContext* context, const feed::v1::GetChunksRequest* request,
                         grpc::ServerWriter<feed::v1::GetChunksResponse>* /*writer*/) override {
    return guard_->ServeStream(*context, *request,
                               [](const CallContext&) { return absl::OkStatus(); });
  }

 private:
  const Guard* const guard_;
};

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() {
    config::v1::RightsFile rights;
    const auto add = [&](const std::string& name, rights::v1::Role role,
                         const std::string& organisation) {
      auto* principal = rights.add_principals();
      principal->set_spiffe_id("spiffe://onereturn.example/" + name);
      principal->set_role(role);
      principal->set_organisation(organisation);
      certificates_.Issue(name, IssueRequest::ForClient(principal->spiffe_id()));
    };
    add("submitter", rights::v1::ROLE_SUBMITTER, "RCF");
    add("analyst", rights::v1::ROLE_ANALYST, "");
    add("auditor", rights::v1::ROLE_AUDITOR, "");
    add("auditor-of-rcf", rights::v1::ROLE_AUDITOR, "RCF");
    add("service-of-rcf", rights::v1::ROLE_SERVICE, "RCF");
    certificates_.Issue("ingestion", IssueRequest::ForServer(kServerId));
    guard_ = Guard::Create(Rights::FromProto(rights).value(), &clock_,
                           {ServiceDescriptor<returns::v1::ReturnsService>(),
                            ServiceDescriptor<feed::v1::FeedService>(),
                            ServiceDescriptor<ledger::v1::LedgerService>()})
                 .value();
    MutationLimits limits;
    limits.message_bytes = 2'000;
    limits.bytes_in_flight = 3'000;
    limits.threads = 1;
    limits.queue = 2;
    gate_ = std::make_unique<MutationGate>(guard_.get(), limits);
    service_ = std::make_unique<TestReturns>(guard_.get(), gate_.get());
    feed_ = std::make_unique<TestFeed>(guard_.get());
    ledger_ = std::make_unique<AnsweringLedger>(guard_.get());
    config_.set_listen_address("127.0.0.1:0");
    config_.set_ready_file(certificates_.File("ready"));
    *config_.mutable_tls() = certificates_.FilesOf("ingestion");
    server_ = Server::Start(config_, {service_.get(), feed_.get(), ledger_.get()}).value();
  }
  ~ServerTest() override {
    server_->Drain([] {});
    gate_->Drain();
  }

  std::shared_ptr<grpc::Channel> ChannelOf(const std::string& name) const {
    return certificates_.Channel(name, kServerId, server_->address());
  }
  absl::StatusOr<SubmitReturnResponse> Submit(const std::string& caller,
                                              const SubmitReturnRequest& request) {
    auto stub = returns::v1::ReturnsService::NewStub(ChannelOf(caller));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    SubmitReturnResponse response;
    absl::Status status = FromGrpcStatus(stub->SubmitReturn(&context, request, &response));
    if (!status.ok()) return status;
    return response;
  }
  // Sends bytes as they are.
  absl::Status SubmitBytes(const std::string& caller, const std::string& bytes) {
    grpc::GenericStub stub(ChannelOf(caller));
    grpc::ClientContext context;
    grpc::Slice slice(bytes);
    grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    std::promise<grpc::Status> done;
    stub.UnaryCall(&context, kPath, grpc::StubOptions(), &request, &response,
                   [&](grpc::Status status) { done.set_value(std::move(status)); });
    return FromGrpcStatus(done.get_future().get());
  }
  absl::StatusOr<returns::v1::GetReturnResponse> Get(const std::string& caller,
                                                     const std::string& name) {
    auto stub = returns::v1::ReturnsService::NewStub(ChannelOf(caller));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    returns::v1::GetReturnRequest request;
    request.set_name(name);
    returns::v1::GetReturnResponse response;
    absl::Status status = FromGrpcStatus(stub->GetReturn(&context, request, &response));
    if (!status.ok()) return status;
    return response;
  }
  static SubmitReturnRequest RequestFor(const std::string& organisation) {
    SubmitReturnRequest request;
    request.set_request_id("r1");
    request.set_organisation(organisation);
    return request;
  }

  const SystemClock clock_;
  const TestCertificates certificates_;
  config::v1::ServerConfig config_;
  std::unique_ptr<Guard> guard_;
  std::unique_ptr<MutationGate> gate_;
  std::unique_ptr<TestReturns> service_;
  std::unique_ptr<TestFeed> feed_;
  std::unique_ptr<AnsweringLedger> ledger_;
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, TheReadyFileHoldsTheAddress) {
  std::string line;
  std::ifstream stream(config_.ready_file());
  ASSERT_TRUE(std::getline(stream, line));
  EXPECT_EQ(line, server_->address());
  EXPECT_THAT(line, AllOf(HasSubstr("127.0.0.1:"), Not(HasSubstr(":0"))));
}

TEST_F(ServerTest, AReadyFileThatCannotBeWrittenIsAnError) {
  config::v1::ServerConfig config = config_;
  config.set_ready_file(certificates_.File("missing/ready"));
  EXPECT_THAT(Server::Start(config, {}), StatusIs(absl::StatusCode::kUnavailable));
  // A disk without space takes the file and not its content.
  std::filesystem::create_symlink("/dev/full", certificates_.File("full.draft"));
  config.set_ready_file(certificates_.File("full"));
  EXPECT_THAT(Server::Start(config, {}), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_FALSE(std::filesystem::exists(certificates_.File("full")));
}

TEST(ReadTextFileTest, AFolderIsNoEmptyText) {
  const TemporaryFolder folder;
  EXPECT_THAT(ReadTextFile(folder.path()), HasReason(Reason::kFieldInvalid));
}

TEST_F(ServerTest, ASecondServerDoesNotShareThePort) {
  config::v1::ServerConfig second = config_;
  second.set_listen_address(server_->address());
  EXPECT_THAT(Server::Start(second, {service_.get()}), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(ServerTest, AnAdmittedWriteKnowsItsCallerAndItsBytes) {
  const SubmitReturnRequest request = RequestFor("RCF");
  const SubmitReturnResponse response = Submit("submitter", request).value();
  EXPECT_EQ(response.return_().name(), "spiffe://onereturn.example/submitter " +
                                           DigestToHex(Sha256(request.SerializeAsString())));
}

TEST_F(ServerTest, AReadRunsWithinTheCallersDeadline) {
  EXPECT_EQ(Get("submitter", "organisations/RCF/returns/x").value().return_().name(),
            "onereturn.returns.v1.ReturnsService.GetReturn");
  EXPECT_GT(service_->deadline_micros, 20'000'000);
  EXPECT_LE(service_->deadline_micros, 30'000'000);
}

TEST_F(ServerTest, NoCallerMakesAReadWaitForLong) {
  for (const auto deadline : {std::chrono::hours(24), std::chrono::hours(0)}) {
    auto stub = returns::v1::ReturnsService::NewStub(ChannelOf("analyst"));
    grpc::ClientContext context;
    if (deadline.count() > 0) context.set_deadline(std::chrono::system_clock::now() + deadline);
    returns::v1::GetReturnResponse response;
    ASSERT_TRUE(stub->GetReturn(&context, returns::v1::GetReturnRequest(), &response).ok());
    EXPECT_EQ(service_->deadline_micros, 30'000'000);
  }
}

TEST_F(ServerTest, WhatConcernsNoSingleOrganisationNeedsNationalScope) {
  const auto chunks = [this](const std::string& caller) {
    auto stub = feed::v1::FeedService::NewStub(ChannelOf(caller));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    return FromGrpcStatus(stub->GetChunks(&context, feed::v1::GetChunksRequest())->Finish());
  };
  const auto head = [this](const std::string& caller) {
    auto stub = ledger::v1::LedgerService::NewStub(ChannelOf(caller));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    ledger::v1::GetHeadResponse response;
    return FromGrpcStatus(stub->GetHead(&context, ledger::v1::GetHeadRequest(), &response));
  };
  EXPECT_THAT(chunks("auditor"), IsOk());
  const absl::Status refused = chunks("auditor-of-rcf");
  EXPECT_THAT(refused, HasReason(Reason::kPermission));
  EXPECT_THAT(DetailsOf(refused)->metadata,
              testing::Contains(testing::Pair("permission", "PERMISSION_FEED_READ")));
  EXPECT_THAT(chunks("service-of-rcf"), HasReason(Reason::kPermission));
  // What is the same for every known caller.
  EXPECT_THAT(head("auditor-of-rcf"), IsOk());
  // Where the organisation is named, the caller's own is its own.
  EXPECT_THAT(Get("auditor-of-rcf", "organisations/RCF/returns/x"), IsOk());
  EXPECT_THAT(Get("auditor-of-rcf", "organisations/RAE/returns/x"), HasReason(Reason::kNotFound));
}

TEST_F(ServerTest, WhatIsNotYoursIsAnsweredAsIfItWereMissing) {
  const absl::Status other = Get("submitter", "organisations/RAE/returns/x").status();
  const absl::Status missing = Get("submitter", "organisations/RZZ/returns/x").status();
  EXPECT_THAT(other, HasReason(Reason::kNotFound));
  EXPECT_THAT(missing, HasReason(Reason::kNotFound));
  EXPECT_EQ(absl::StrReplaceAll(other.message(), {{"RAE", "RZZ"}}), missing.message())
      << "the same but for the code that the caller gave";
  EXPECT_THAT(Get("analyst", "organisations/RAE/returns/x"), IsOk());
}

TEST_F(ServerTest, ARoleWithoutThePermissionIsRefusedBeforeTheRequestIsLookedAt) {
  EXPECT_THAT(Submit("analyst", RequestFor("RCF")), HasReason(Reason::kPermission));
  EXPECT_THAT(SubmitBytes("analyst", "\xff\xff"), HasReason(Reason::kPermission));
}

TEST_F(ServerTest, AWriteForAnotherOrganisationIsRefused) {
  EXPECT_THAT(Submit("submitter", RequestFor("RAE")), HasReason(Reason::kOrgScope));
}

TEST_F(ServerTest, WhatParsingWouldLetPassIsRefused) {
  const std::string good = RequestFor("RCF").SerializeAsString();
  ASSERT_THAT(SubmitBytes("submitter", good), IsOk());
  EXPECT_THAT(SubmitBytes("submitter", good + "\xf8\x7f\x01"), HasReason(Reason::kUnknownField));
  EXPECT_THAT(SubmitBytes("submitter", good + good), HasReason(Reason::kDuplicateField));
  EXPECT_THAT(SubmitBytes("submitter", good + "\x1a\x01\xff"), HasReason(Reason::kNotUtf8));
  EXPECT_THAT(SubmitBytes("submitter", good + "\x28\x63"), HasReason(Reason::kEnumValue));
  EXPECT_THAT(SubmitBytes("submitter", good.substr(0, good.size() - 1)),
              HasReason(Reason::kMalformed));
}

TEST_F(ServerTest, ALargeMessageIsRefusedByTheGateNotByTheTransport) {
  SubmitReturnRequest request = RequestFor("RCF");
  request.set_etag(std::string(2'000, 'x'));
  const absl::Status status = Submit("submitter", request).status();
  EXPECT_THAT(status, HasReason(Reason::kMessageTooLarge));
  EXPECT_THAT(DetailsOf(status)->metadata, testing::Contains(testing::Pair("limit_bytes", "2000")));
}

TEST_F(ServerTest, ALargeReadIsRefusedBeforeItIsParsed) {
  // A name of so many bytes has four of tag and length before it.
  const std::string fits = "organisations/RCF/" + std::string(limits::kReadBytes - 4 - 18, 'x');
  EXPECT_THAT(Get("submitter", fits), IsOk());
  const absl::Status status = Get("submitter", fits + "x").status();
  EXPECT_THAT(status, HasReason(Reason::kMessageTooLarge));
  EXPECT_THAT(DetailsOf(status)->metadata,
              testing::Contains(testing::Pair("limit_bytes", "40000")));
  // Not even whether the caller is known is asked.
  auto stub = feed::v1::FeedService::NewStub(ChannelOf("submitter"));
  grpc::ClientContext context;
  feed::v1::GetChunksRequest request;
  for (int i = 0; i < 20'001; ++i) request.add_digests();
  EXPECT_THAT(FromGrpcStatus(stub->GetChunks(&context, request)->Finish()),
              HasReason(Reason::kMessageTooLarge));
}

TEST_F(ServerTest, BytesInFlightAreBounded) {
  service_->Hold();
  SubmitReturnRequest large = RequestFor("RCF");
  large.set_etag(std::string(1'500, 'x'));
  auto held = std::async(std::launch::async, [&] { return Submit("submitter", large).status(); });
  service_->WaitUntilHeld();
  const absl::Status second = Submit("submitter", large).status();
  service_->Release();
  EXPECT_THAT(second, HasReason(Reason::kOverloaded));
  EXPECT_TRUE(DetailsOf(second)->retry_after.has_value());
  EXPECT_THAT(held.get(), IsOk());
  // What was held has been given back.
  EXPECT_THAT(Submit("submitter", large), IsOk());
}

TEST_F(ServerTest, EachCallerHasItsShare) {
  Shares shares;
  shares.organisation = {0.001, 3, 10, 1'000};
  shares.national = {0.001, 100, 10, 1'000};
  guard_->LimitCallers(shares);
  EXPECT_THAT(Submit("submitter", RequestFor("RCF")), IsOk());
  EXPECT_THAT(Get("submitter", "organisations/RCF/returns/x"), IsOk());
  SubmitReturnRequest large = RequestFor("RCF");
  large.set_etag(std::string(1'500, 'x'));
  EXPECT_THAT(Submit("submitter", large), HasReason(Reason::kOrgQuota));
  EXPECT_THAT(Submit("submitter", RequestFor("RCF")), IsOk());
  // Reads and writes are of one share.
  const absl::Status read = Get("submitter", "organisations/RCF/returns/x").status();
  EXPECT_THAT(read, HasReason(Reason::kOrgQuota));
  EXPECT_TRUE(DetailsOf(read)->retry_after.has_value());
  EXPECT_THAT(Submit("submitter", RequestFor("RCF")), HasReason(Reason::kOrgQuota));
  EXPECT_THAT(Get("analyst", "organisations/RCF/returns/x"), IsOk());
  EXPECT_EQ(guard_->counts().refused, 3u);
  EXPECT_EQ(guard_->counts().admitted, 4u);
}

TEST_F(ServerTest, CallsThatWaitAreBounded) {
  service_->Hold();
  std::vector<std::future<absl::Status>> calls;
  std::promise<absl::Status> refused;
  const auto send = [&] {
    calls.push_back(std::async(std::launch::async, [&] {
      absl::Status status = Submit("submitter", RequestFor("RCF")).status();
      if (!status.ok()) refused.set_value(status);
      return status;
    }));
  };
  send();
  service_->WaitUntilHeld();
  // One runs and two wait: of three more, one is told so.
  for (int i = 0; i < 3; ++i) send();
  const absl::Status status = refused.get_future().get();
  service_->Release();
  EXPECT_THAT(status, HasReason(Reason::kQueueFull));
  EXPECT_TRUE(DetailsOf(status)->retry_after.has_value());
  int taken = 0;
  for (auto& call : calls) taken += call.get().ok();
  EXPECT_EQ(taken, 3);
}

}  // namespace
}  // namespace onereturn

// Goal: streams that have an end hold their threads neither for long nor all at once, however
// steadily they are read. Method: a server over mutual TLS whose files never end.
#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/rpc/guard.h"
#include "common/rpc/server.h"
#include "common/rpc/stream_bound.h"
#include "common/rpc/testing/test_certificates.h"
#include "common/status/testing/status_matchers.h"
#include "onereturn/returns/v1/returns_service.grpc.pb.h"

namespace onereturn {
namespace {

using returns::v1::GetFileRequest;
using returns::v1::GetFileResponse;
using returns::v1::ReturnsService;

constexpr char kFileServerId[] = "spiffe://onereturn.example/ingestion";

// A file is written until its reader leaves.
class EndlessFiles final : public ReturnsService::Service {
 public:
  explicit EndlessFiles(const Guard* guard) : guard_(guard) {}
  grpc::Status GetFile(grpc::ServerContext* context, const GetFileRequest* request,
                       grpc::ServerWriter<GetFileResponse>* writer) override {
    return guard_->ServeStream(*context, *request, [&](const CallContext&) -> absl::Status {
      GetFileResponse piece;
      piece.set_data(std::string(1'000, 'x'));
      while (WriteInTime(context, writer, piece)) {
      }
      return absl::CancelledError("the reader left");
    });
  }
  grpc::Status GetReturn(grpc::ServerContext* context, const returns::v1::GetReturnRequest* request,
                         returns::v1::GetReturnResponse* response) override {
    return guard_->Serve(*context, *request, response,
                         [](const CallContext&) { return absl::OkStatus(); });
  }

 private:
  const Guard* const guard_;
};

// A file that is being read.
struct OpenFile {
  explicit OpenFile(const std::shared_ptr<grpc::Channel>& channel)
      : stub(ReturnsService::NewStub(channel)), reader(stub->GetFile(&context, GetFileRequest())) {}
  ~OpenFile() { Close().IgnoreError(); }
  // False: it was refused, or has ended.
  bool Read() {
    GetFileResponse piece;
    return reader->Read(&piece);
  }
  absl::Status Close() {
    if (!status.has_value()) {
      context.TryCancel();
      status = FromGrpcStatus(reader->Finish());
    }
    return *status;
  }
  // Once Read() was false.
  absl::Status End() {
    status = FromGrpcStatus(reader->Finish());
    return *status;
  }

  grpc::ClientContext context;
  std::unique_ptr<ReturnsService::Stub> stub;
  std::unique_ptr<grpc::ClientReader<GetFileResponse>> reader;
  std::optional<absl::Status> status;
};

class StreamTest : public ::testing::Test {
 protected:
  StreamTest() {
    config::v1::RightsFile rights;
    const auto add = [&](const std::string& name, rights::v1::Role role) {
      auto* principal = rights.add_principals();
      principal->set_spiffe_id("spiffe://onereturn.example/" + name);
      principal->set_role(role);
      certificates_.Issue(name, IssueRequest::ForClient(principal->spiffe_id()));
    };
    for (const char* name : {"one", "two", "three"}) add(name, rights::v1::ROLE_ANALYST);
    add("metrics", rights::v1::ROLE_SERVICE);
    certificates_.Issue("ingestion", IssueRequest::ForServer(kFileServerId));
    guard_ = Guard::Create(Rights::FromProto(rights).value(), &clock_,
                           {ServiceDescriptor<ReturnsService>()})
                 .value();
    files_ = std::make_unique<EndlessFiles>(guard_.get());
    config_.set_listen_address("127.0.0.1:0");
    *config_.mutable_tls() = certificates_.FilesOf("ingestion");
  }
  ~StreamTest() override {
    open_.clear();
    if (server_ != nullptr) server_->Drain([] {});
  }
  void Start() { server_ = Server::Start(config_, {files_.get()}).value(); }

  std::shared_ptr<grpc::Channel> ChannelOf(const std::string& name) const {
    return certificates_.Channel(name, kFileServerId, server_->address());
  }
  // The first piece has come, or why not.
  absl::Status Open(const std::string& name) {
    auto file = std::make_unique<OpenFile>(ChannelOf(name));
    if (!file->Read()) return file->End();
    open_.push_back(std::move(file));
    return absl::OkStatus();
  }
  absl::Status Ask(const std::string& name) const {
    auto stub = ReturnsService::NewStub(ChannelOf(name));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    returns::v1::GetReturnRequest request;
    request.set_name("organisations/RCF/returns/AE.2025-04");
    returns::v1::GetReturnResponse response;
    return FromGrpcStatus(stub->GetReturn(&context, request, &response));
  }

  const SystemClock clock_;
  const TestCertificates certificates_;
  config::v1::ServerConfig config_;
  std::unique_ptr<Guard> guard_;
  std::unique_ptr<EndlessFiles> files_;
  std::unique_ptr<Server> server_;
  std::vector<std::unique_ptr<OpenFile>> open_;
};

// It reads on and on: no write of the server's ever waits.
TEST_F(StreamTest, AReaderWhoNeverStopsIsStopped) {
  guard_->BoundStreams(300'000);
  Start();
  OpenFile file(ChannelOf("one"));
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  bool over = false;
  while (!over && std::chrono::steady_clock::now() < end) over = !file.Read();
  ASSERT_TRUE(over);
  EXPECT_EQ(file.End().code(), absl::StatusCode::kCancelled);
}

TEST_F(StreamTest, StreamsHavePlacesAndLeaveTheThreadsToOthers) {
  Start();
  for (int i = 0; i < limits::kFiniteStreamsACaller; ++i) ASSERT_THAT(Open("one"), IsOk());
  const absl::Status refused = Open("one");
  EXPECT_THAT(refused, HasReason(Reason::kCallQuota));
  EXPECT_TRUE(DetailsOf(refused)->retry_after.has_value());
  for (int i = 0; i < limits::kFiniteStreamsACaller; ++i) ASSERT_THAT(Open("two"), IsOk());
  // What is left is the services'.
  EXPECT_THAT(Open("three"), HasReason(Reason::kCallQuota));
  for (int i = 0; i < limits::kServiceFiniteStreams; ++i) ASSERT_THAT(Open("metrics"), IsOk());
  EXPECT_THAT(Open("metrics"), HasReason(Reason::kCallQuota));
  for (const char* name : {"one", "three", "metrics"}) EXPECT_THAT(Ask(name), IsOk());
  // A place that is left is another's.
  open_.erase(open_.begin());
  absl::Status again = refused;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!again.ok() && std::chrono::steady_clock::now() < end) again = Open("three");
  EXPECT_THAT(again, IsOk());
}

}  // namespace
}  // namespace onereturn

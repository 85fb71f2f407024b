#include "tests/faults/reply_proxy.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/client_context.h>
#include <grpcpp/server_builder.h>

#include <atomic>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/rpc/credentials.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

constexpr auto kServiceDeadline = std::chrono::seconds(30);

grpc::Status LostReply() { return {grpc::StatusCode::UNAVAILABLE, "the connection was lost"}; }

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

}  // namespace

// One call of a client. It is passed on with a deadline of its own: a client that gives up does not
// take its call back.
class ReplyProxy::Call final : public grpc::ServerGenericBidiReactor {
 public:
  Call(ReplyProxy* proxy, std::string method, grpc::GenericStub* stub)
      : proxy_(proxy), method_(std::move(method)), stub_(stub), fate_(proxy->NextFate()) {
    if (stub_ == nullptr) {
      Finish({grpc::StatusCode::UNAUTHENTICATED, "the proxy knows no such caller"});
    } else if (fate_ == Fate::kNotPassed) {
      proxy_->Count(fate_);
      Finish(LostReply());
    } else {
      StartRead(&request_);
    }
  }

  void OnReadDone(bool ok) override {
    if (!ok) return Finish({grpc::StatusCode::INVALID_ARGUMENT, "no request"});
    context_.set_deadline(std::chrono::system_clock::now() + kServiceDeadline);
    stub_->UnaryCall(&context_, method_, grpc::StubOptions(), &request_, &response_,
                     [this](grpc::Status status) { OnAnswer(std::move(status)); });
  }
  void OnCancel() override { FinishSilence(); }
  void OnDone() override { delete this; }

 private:
  void OnAnswer(grpc::Status status) {
    if (status.ok() && proxy_->observer_) {
      proxy_->observer_(method_, BytesOf(request_), BytesOf(response_));
    }
    proxy_->Count(fate_);
    if (fate_ == Fate::kFailed) return Finish(LostReply());
    if (fate_ == Fate::kSilent) return FinishSilence();
    if (!status.ok()) return Finish(std::move(status));
    StartWriteAndFinish(&response_, grpc::WriteOptions(), grpc::Status::OK);
  }

  // Once the answer has come and the client has given up, whichever is later.
  void FinishSilence() {
    if (fate_ == Fate::kSilent && ++ends_ == 2) Finish(LostReply());
  }

  ReplyProxy* const proxy_;
  const std::string method_;
  grpc::GenericStub* const stub_;
  const Fate fate_;
  grpc::ClientContext context_;
  grpc::ByteBuffer request_, response_;
  std::atomic<int> ends_ = 0;
};

grpc::ServerGenericBidiReactor* ReplyProxy::Service::CreateReactor(
    grpc::GenericCallbackServerContext* context) {
  grpc::GenericStub* stub = nullptr;
  for (const grpc::string_ref& uri :
       context->auth_context()->FindPropertyValues(GRPC_PEER_SPIFFE_ID_PROPERTY_NAME)) {
    const auto found = proxy_->stubs_.find(std::string(uri.data(), uri.size()));
    if (found != proxy_->stubs_.end()) stub = found->second.get();
  }
  return new Call(proxy_, context->method(), stub);
}

ReplyProxy::ReplyProxy(Deployment* suite, std::string service, uint64_t seed, ReplyLosses losses,
                       Observer observer)
    : suite_(suite),
      service_name_(std::move(service)),
      losses_(losses),
      observer_(std::move(observer)),
      random_(seed) {}

absl::StatusOr<std::unique_ptr<ReplyProxy>> ReplyProxy::Start(
    Deployment* suite, const std::string& service, const std::vector<std::string>& personas,
    uint64_t seed, ReplyLosses losses, Observer observer) {
  std::unique_ptr<ReplyProxy> proxy(
      new ReplyProxy(suite, service, seed, losses, std::move(observer)));
  for (const std::string& persona : personas) {
    proxy->stubs_[Deployment::SpiffeIdOf(persona)] =
        std::make_unique<grpc::GenericStub>(suite->Channel(persona, service));
  }
  ASSIGN_OR_RETURN(auto credentials, MutualTlsServerCredentials(suite->TlsFilesOf(service)));
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", credentials, &port);
  builder.RegisterCallbackGenericService(&proxy->service_);
  proxy->server_ = builder.BuildAndStart();
  if (proxy->server_ == nullptr || port == 0) return absl::UnavailableError("no port can be had");
  proxy->address_ = absl::StrCat("127.0.0.1:", port);
  return proxy;
}

ReplyProxy::~ReplyProxy() {
  if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
}

std::shared_ptr<grpc::Channel> ReplyProxy::Channel(const std::string& persona) const {
  config::v1::Peer peer;
  peer.set_service(service_name_);
  peer.set_address(address_);
  peer.set_spiffe_id(Deployment::SpiffeIdOf(service_name_));
  auto channel = MutualTlsChannel(suite_->TlsFilesOf(persona), peer);
  ONERETURN_CHECK(channel.ok());
  return *std::move(channel);
}

ReplyCounts ReplyProxy::counts() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return counts_;
}

ReplyProxy::Fate ReplyProxy::NextFate() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (static_cast<int>(random_() % 1'000) < losses_.before) return Fate::kNotPassed;
  const int dice = static_cast<int>(random_() % 1'000);
  if (dice < losses_.failed) return Fate::kFailed;
  return dice < losses_.failed + losses_.silent ? Fate::kSilent : Fate::kDelivered;
}

void ReplyProxy::Count(Fate fate) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (fate == Fate::kNotPassed) {
    ++counts_.not_passed;
    return;
  }
  ++counts_.replies;
  if (fate != Fate::kDelivered) ++counts_.lost;
}

}  // namespace onereturn

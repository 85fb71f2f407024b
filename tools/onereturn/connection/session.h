// Calls to the services, over mutual TLS, with errors that name the service.
#ifndef ONERETURN_TOOLS_ONERETURN_CONNECTION_SESSION_H_
#define ONERETURN_TOOLS_ONERETURN_CONNECTION_SESSION_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "onereturn/config/v1/config.pb.h"

namespace onereturn::client {

inline constexpr char kIngestion[] = "ingestion";
inline constexpr char kMetrics[] = "metrics";
inline constexpr char kAssessment[] = "assessment";

// How long one call may take, and how often a call that a service is too busy for is sent again.
struct CallLimits {
  std::chrono::milliseconds deadline{30'000};
  int attempts = 40;
  std::string role;  // Sent with each call; empty: none is named.
};

// How long to wait before sending again, with some chance in it, so that callers who met once do
// not meet again; 0 where `status` says that sending again makes no sense. Everything the client
// sends may be repeated: reads change nothing, and writes carry a request id.
std::chrono::milliseconds WaitBeforeRetry(const absl::Status& status, int attempt);

void PauseFor(std::chrono::milliseconds wait);

// The error of a call to `peer`: one that the service did not give itself says who did not answer,
// and what to do.
absl::Status ErrorOfCall(const grpc::Status& status, const config::v1::Peer& peer);

// One gRPC service at one peer. Thread safe; the channel outlives the session.
template <typename Service>
class ServiceClient {
 public:
  using Stub = typename Service::Stub;

  ServiceClient(config::v1::Peer peer, const std::shared_ptr<grpc::Channel>& channel,
                CallLimits limits)
      : peer_(std::move(peer)), stub_(Service::NewStub(channel)), limits_(limits) {}

  // A unary call; `at_least`: of work that is known to take longer than the usual deadline.
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request,
                                std::chrono::milliseconds at_least = {}) const {
    for (int attempt = 1;; ++attempt) {
      grpc::ClientContext context;
      AddRole(&context);
      context.set_deadline(std::chrono::system_clock::now() + std::max(limits_.deadline, at_least));
      Response response;
      const grpc::Status outcome = (stub_.get()->*method)(&context, request, &response);
      if (outcome.ok()) return response;
      absl::Status status = ErrorOfCall(outcome, peer_);
      const auto wait = WaitBeforeRetry(status, attempt);
      if (wait.count() == 0 || attempt >= limits_.attempts) return status;
      PauseFor(wait);
    }
  }

  // A stream of answers. `take` is called for each; false ends the stream. `endless`: no deadline.
  template <typename Request, typename Response>
  absl::Status Stream(std::unique_ptr<grpc::ClientReader<Response>> (Stub::*method)(
                          grpc::ClientContext*, const Request&),
                      const Request& request, bool endless,
                      const std::function<bool(const Response&)>& take) const {
    grpc::ClientContext context;
    AddRole(&context);
    if (!endless) context.set_deadline(std::chrono::system_clock::now() + limits_.deadline);
    auto reader = (stub_.get()->*method)(&context, request);
    Response response;
    bool wanted = true;
    while (wanted && reader->Read(&response)) wanted = take(response);
    if (!wanted) context.TryCancel();
    const grpc::Status outcome = reader->Finish();
    if (!wanted) return absl::OkStatus();
    return ErrorOfCall(outcome, peer_);
  }

  const config::v1::Peer& peer() const { return peer_; }

 private:
  void AddRole(grpc::ClientContext* context) const {
    if (!limits_.role.empty()) context->AddMetadata("onereturn-role", limits_.role);
  }

  config::v1::Peer peer_;
  std::unique_ptr<Stub> stub_;
  CallLimits limits_;
};

// A profile, and the channels it leads to. Thread-compatible.
class Session {
 public:
  // Usage errors as ReadProfile. A person whose token lies in the profile's file makes every call;
  // one that has ended is an error that says how to sign in again.
  static absl::StatusOr<Session> Open(const std::string& profile_file, CallLimits limits);

  // `Service` is a generated class such as metrics::v1::MetricsService; `peer` says which server.
  template <typename Service>
  absl::StatusOr<ServiceClient<Service>> To(absl::string_view peer) const {
    absl::StatusOr<std::pair<config::v1::Peer, std::shared_ptr<grpc::Channel>>> channel =
        Connect(peer);
    if (!channel.ok()) return channel.status();
    return ServiceClient<Service>(channel->first, channel->second, limits_);
  }

  const config::v1::ClientProfile& profile() const { return profile_; }

 private:
  Session(config::v1::ClientProfile profile, std::string token, CallLimits limits)
      : profile_(std::move(profile)), token_(std::move(token)), limits_(limits) {}

  absl::StatusOr<std::pair<config::v1::Peer, std::shared_ptr<grpc::Channel>>> Connect(
      absl::string_view service) const;

  config::v1::ClientProfile profile_;
  std::string token_;  // Empty: the system calls for itself.
  CallLimits limits_;
};

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_CONNECTION_SESSION_H_

// Between clients and one service, over gRPC and mutual TLS on both sides: every call is passed on,
// and a share of the replies is lost on the way back. To the client it is the service, to the
// service it is whichever client calls.
#ifndef ONERETURN_TESTS_FAULTS_REPLY_PROXY_H_
#define ONERETURN_TESTS_FAULTS_REPLY_PROXY_H_

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/server.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/harness/deployment.h"

namespace onereturn {

// Of a thousand.
struct ReplyLosses {
  int failed = 0;  // Answered by the service; the client is told UNAVAILABLE.
  int silent = 0;  // Answered by the service; the client is told nothing, until its deadline.
  int before =
      0;  // Never passed on; the client is told UNAVAILABLE, and cannot tell the difference.
};

struct ReplyCounts {
  uint64_t replies = 0;     // That the service gave.
  uint64_t lost = 0;        // Of these, those that the client never saw.
  uint64_t not_passed = 0;  // Calls that the service never saw.
};

// Thread safe.
class ReplyProxy {
 public:
  // Sees each answer of the service that is OK, also one that is lost afterwards: the path of the
  // method, request and response as bytes. On gRPC's threads, several at once.
  using Observer = std::function<void(const std::string& method, const std::string& request,
                                      const std::string& response)>;

  // Takes calls of these personas alone. The suite must outlive it.
  static absl::StatusOr<std::unique_ptr<ReplyProxy>> Start(Deployment* suite,
                                                           const std::string& service,
                                                           const std::vector<std::string>& personas,
                                                           uint64_t seed, ReplyLosses losses,
                                                           Observer observer);
  ~ReplyProxy();
  ReplyProxy(const ReplyProxy&) = delete;
  ReplyProxy& operator=(const ReplyProxy&) = delete;

  // A new channel to the service through the proxy.
  std::shared_ptr<grpc::Channel> Channel(const std::string& persona) const;
  ReplyCounts counts() const;

 private:
  enum class Fate { kDelivered, kFailed, kSilent, kNotPassed };
  class Call;
  class Service final : public grpc::CallbackGenericService {
   public:
    explicit Service(ReplyProxy* proxy) : proxy_(proxy) {}
    grpc::ServerGenericBidiReactor* CreateReactor(
        grpc::GenericCallbackServerContext* context) override;

   private:
    ReplyProxy* const proxy_;
  };

  ReplyProxy(Deployment* suite, std::string service, uint64_t seed, ReplyLosses losses,
             Observer observer);
  Fate NextFate();
  void Count(Fate fate);

  Deployment* const suite_;
  const std::string service_name_;
  const ReplyLosses losses_;
  const Observer observer_;
  Service service_{this};
  std::map<std::string, std::unique_ptr<grpc::GenericStub>> stubs_;  // By the caller's SPIFFE id.
  std::string address_;
  std::unique_ptr<grpc::Server> server_;
  mutable std::mutex mutex_;
  std::mt19937_64 random_;  // Guarded by mutex_.
  ReplyCounts counts_;      // Guarded by mutex_.
};

}  // namespace onereturn

#endif  // ONERETURN_TESTS_FAULTS_REPLY_PROXY_H_

// Writes see the bytes that were received. This gate takes them off gRPC's few callback threads,
// bounds what is in flight, scans and parses on a pool of our own, and lets the committer's
// completion finish the call.
#ifndef ONERETURN_COMMON_RPC_MUTATION_GATE_H_
#define ONERETURN_COMMON_RPC_MUTATION_GATE_H_

#include <google/protobuf/arena.h>
#include <google/protobuf/message.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/thread_pool.h"
#include "common/digest/digest.h"
#include "common/rpc/guard.h"
#include "common/rpc/limits.h"
#include "onereturn/config/v1/config.pb.h"

namespace onereturn {

struct MutationLimits {
  // Those of a service with this configuration.
  static MutationLimits FromConfig(const config::v1::ServerConfig& config);

  uint64_t message_bytes = limits::kWriteBytes;
  uint64_t bytes_in_flight = limits::kBytesInFlight;
  size_t threads = limits::kWriteThreads;
  size_t queue = limits::kWriteQueue;
};

// What gRPC gives a raw callback method; it outlives the call.
struct RawCall {
  grpc::CallbackServerContext* context = nullptr;
  const grpc::ByteBuffer* request = nullptr;
  grpc::ByteBuffer* response = nullptr;
};

// An admitted write. `respond` must be called exactly once, on any thread, without blocking it.
// Copies share the request.
template <typename Request, typename Response>
struct Mutation {
  explicit Mutation(const google::protobuf::ArenaOptions& options)
      : arena(std::make_shared<google::protobuf::Arena>(options)),
        request(*google::protobuf::Arena::CreateMessage<Request>(arena.get())) {}

  CallContext call;
  // Holds the request: a return of many cells is taken apart and given back in a few blocks.
  std::shared_ptr<google::protobuf::Arena> arena;
  Request& request;
  Digest digest = {};  // SHA-256 of the received bytes.
  std::function<void(absl::StatusOr<Response> response)> respond;
};

// Thread safe. Must outlive the server's calls.
class MutationGate {
 public:
  MutationGate(const Guard* guard, MutationLimits limits)
      : guard_(guard), limits_(limits), pool_(limits.threads, limits.queue) {}

  // The body of a raw callback method: `body(Mutation<Request, Response>)` runs on the pool.
  template <typename Request, typename Response, typename Body>
  grpc::ServerUnaryReactor* Start(grpc::CallbackServerContext* context,
                                  const grpc::ByteBuffer* request, grpc::ByteBuffer* response,
                                  Body body) {
    auto* reactor = new Reactor();
    auto finish = [this, context, reactor](const CallContext* call, const Visitor& visitor,
                                           const absl::Status& status) {
      guard_->LogAccess(*context, *Request::descriptor(), call, visitor, status);
      reactor->Finish(ToGrpcStatus(status));
    };
    Submit(request, *Request::descriptor(), *context, finish,
           [this, finish, response, body = std::move(body)](
               CallContext call, const std::string& bytes, const CheckScope& check_scope,
               std::shared_ptr<void> admission) {
             auto mutation = std::make_shared<Mutation<Request, Response>>(ArenaFor(bytes.size()));
             if (!mutation->request.ParseFromString(bytes)) {
               return finish(&call, Visitor(), MalformedRequest());
             }
             if (absl::Status scope = check_scope(call, mutation->request); !scope.ok()) {
               return finish(&call, Visitor(), scope);
             }
             mutation->digest = Sha256(bytes);
             mutation->respond = [this, finish, response, call,
                                  admission](absl::StatusOr<Response> answer) {
               if (answer.ok()) {
                 guard_->Prune(call, &*answer);
                 WriteMessage(*answer, response);
               }
               finish(&call, Visitor(), answer.status());
             };
             mutation->call = std::move(call);
             body(std::move(*mutation));
           });
    return reactor;
  }

  // Lets everything accepted run to its end.
  void Drain() { pool_.Shutdown(); }

  // More work for the pool, such as judging again after a conflict; false when the pool is full.
  [[nodiscard]] bool TrySubmit(std::function<void()> work) {
    return pool_.TrySubmit(std::move(work));
  }

 private:
  class Reactor final : public grpc::ServerUnaryReactor {
   public:
    void OnDone() override { delete this; }
  };
  using CheckScope = std::function<absl::Status(const CallContext& call,
                                                const google::protobuf::Message& request)>;
  // Without a call: what the visitor says of who was refused.
  using Finish = std::function<void(const CallContext* call, const Visitor& visitor,
                                    const absl::Status& status)>;
  using Parsed =
      std::function<void(CallContext call, const std::string& bytes, const CheckScope& check_scope,
                         std::shared_ptr<void> admission)>;

  // Admission by bytes and queue, identity and rights, scan; then `parsed` on the pool.
  void Submit(const grpc::ByteBuffer* request, const google::protobuf::Descriptor& type,
              const grpc::CallbackServerContext& context, Finish finish, Parsed parsed);
  static absl::Status MalformedRequest();
  static google::protobuf::ArenaOptions ArenaFor(size_t bytes);
  static void WriteMessage(const google::protobuf::Message& message, grpc::ByteBuffer* buffer);

  const Guard* const guard_;
  const MutationLimits limits_;
  std::atomic<uint64_t> bytes_in_flight_{0};
  BoundedPool pool_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_RPC_MUTATION_GATE_H_

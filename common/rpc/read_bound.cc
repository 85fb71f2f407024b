#include "common/rpc/read_bound.h"

#include <grpc/byte_buffer.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/support/alloc.h>
#include <grpcpp/impl/rpc_service_method.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/log/log.h"
#include "common/rpc/status_conversion.h"
#include "common/rpc/stream_bound.h"
#include "common/status/error.h"

namespace onereturn {
namespace {

using grpc::internal::MethodHandler;
using grpc::internal::RpcServiceMethod;
using Methods = std::vector<std::unique_ptr<RpcServiceMethod>>;

// gRPC gives a service no way to put something before its methods' parsing. The handlers are
// replaceable, but the list of them is private: C++ lets an explicit instantiation name a private
// member, and this one hands it out. Should another version of gRPC keep its methods elsewhere,
// this does not compile.
Methods& MethodsOf(grpc::Service& service);
template <Methods grpc::Service::*kMethods>
struct MethodsAccess {
  friend Methods& MethodsOf(grpc::Service& service) { return service.*kMethods; }
};
template struct MethodsAccess<&grpc::Service::methods_>;

// The SPIFFE id of the caller's certificate; where there is none, where the call came from.
std::string CallerOf(grpc_call* call) {
  std::string caller;
  if (grpc_auth_context* context = grpc_call_auth_context(call); context != nullptr) {
    auto names =
        grpc_auth_context_find_properties_by_name(context, GRPC_PEER_SPIFFE_ID_PROPERTY_NAME);
    if (const grpc_auth_property* name = grpc_auth_property_iterator_next(&names);
        name != nullptr) {
      caller.assign(name->value, name->value_length);
    }
    grpc_auth_context_release(context);
  }
  if (!caller.empty()) return caller;
  char* const peer = grpc_call_get_peer(call);
  caller = peer;
  gpr_free(peer);
  return caller;
}

// Looks at the size, and leaves all else to the handler of `method`.
class BoundedHandler final : public MethodHandler {
 public:
  BoundedHandler(std::unique_ptr<RpcServiceMethod> method, size_t bytes)
      : method_(std::move(method)), bytes_(bytes) {}

  // A stream may have no end: the guard bounds one that has.
  void RunHandler(const HandlerParameter& parameter) override {
    const RunningCall running(parameter.server_context,
                              method_->method_type() == RpcServiceMethod::NORMAL_RPC);
    method_->handler()->RunHandler(parameter);
  }

  void* Deserialize(grpc_call* call, grpc_byte_buffer* request, grpc::Status* status,
                    void** handler_data) override {
    const size_t length = request == nullptr ? 0 : grpc_byte_buffer_length(request);
    if (length <= bytes_) {
      return method_->handler()->Deserialize(call, request, status, handler_data);
    }
    grpc_byte_buffer_destroy(request);
    LogInfo("rpc.too_large",
            {{"method", method_->name()}, {"caller", CallerOf(call)}, {"bytes", length}});
    *status = ToGrpcStatus(
        Error(Reason::kMessageTooLarge, absl::StrCat("the request has ", length, " bytes; at most ",
                                                     bytes_, " are taken by a method that reads"))
            .With("limit_bytes", static_cast<int64_t>(bytes_)));
    return nullptr;
  }

 private:
  const std::unique_ptr<RpcServiceMethod> method_;
  const size_t bytes_;
};

}  // namespace

void BoundReadRequests(grpc::Service* service, size_t bytes) {
  for (std::unique_ptr<RpcServiceMethod>& method : MethodsOf(*service)) {
    if (method == nullptr || method->api_type() != RpcServiceMethod::ApiType::SYNC) continue;
    const char* const name = method->name();
    const auto type = method->method_type();
    method = std::make_unique<RpcServiceMethod>(name, type,
                                                new BoundedHandler(std::move(method), bytes));
  }
}

}  // namespace onereturn

// One call of a generated stub, as an absl::StatusOr.
#ifndef ONERETURN_TESTS_CRASH_CALLS_H_
#define ONERETURN_TESTS_CRASH_CALLS_H_

#include <grpcpp/client_context.h>

#include <chrono>
#include <cstdint>

#include "absl/status/statusor.h"
#include "common/rpc/status_conversion.h"

namespace onereturn {

// Calls once, without waiting for a connection: a service that is down answers UNAVAILABLE.
//   CallOnce(*stub, &ReturnsService::Stub::GetReturn, request)
template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> CallOnce(Stub& stub,
                                  grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                               Response*),
                                  const Request& request, int64_t deadline_ms = 10'000) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(deadline_ms));
  Response response;
  if (absl::Status status = FromGrpcStatus((stub.*method)(&context, request, &response));
      !status.ok()) {
    return status;
  }
  return response;
}

}  // namespace onereturn

#endif  // ONERETURN_TESTS_CRASH_CALLS_H_

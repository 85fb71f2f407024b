// A call that a client repeats, with the same bytes, until it has an answer.
#ifndef ONERETURN_TESTS_FAULTS_PERSISTENT_CALL_H_
#define ONERETURN_TESTS_FAULTS_PERSISTENT_CALL_H_

#include <grpcpp/client_context.h>

#include <chrono>
#include <cstdint>
#include <functional>

#include "absl/status/statusor.h"
#include "common/rpc/status_conversion.h"

namespace onereturn {

// Whether the outcome is unknown, or the service says that a later call may do better.
inline bool IsWorthRepeating(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kCancelled:
      return true;
    default:
      return false;
  }
}

// Waits for a connection, at most `deadline_ms` for each answer, at most three minutes in all;
// tells `failed` of each call that is repeated.
template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> CallUntilAnswered(Stub& stub,
                                           grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                                        const Request&, Response*),
                                           const Request& request, int64_t deadline_ms,
                                           const std::function<void(const absl::Status&)>& failed) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(3);
  while (true) {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(deadline_ms));
    Response response;
    const absl::Status status = FromGrpcStatus((stub.*method)(&context, request, &response));
    if (status.ok()) return response;
    if (!IsWorthRepeating(status) || std::chrono::steady_clock::now() > end) return status;
    failed(status);
  }
}

}  // namespace onereturn

#endif  // ONERETURN_TESTS_FAULTS_PERSISTENT_CALL_H_

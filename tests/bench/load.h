// A client that keeps a number of unary calls in flight from one thread and measures them.
#ifndef ONERETURN_TESTS_BENCH_LOAD_H_
#define ONERETURN_TESTS_BENCH_LOAD_H_

#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/support/async_unary_call.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/rpc/status_conversion.h"

namespace onereturn {

using BenchClock = std::chrono::steady_clock;

inline double MillisecondsBetween(BenchClock::time_point from, BenchClock::time_point to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

// The value below which `share` of the sorted values lie; 0 when there are none.
inline double Percentile(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  return sorted[std::min(sorted.size() - 1, static_cast<size_t>(share * sorted.size()))];
}

inline double MedianOf(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  if (values.empty()) return 0;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

struct LoadFigures {
  double calls_per_second = 0;
  std::vector<double> latencies_ms;  // Sorted.
};

// One kind of call.
template <typename Request, typename Response>
struct LoadSpec {
  // Starts a call.
  std::function<std::unique_ptr<grpc::ClientAsyncResponseReader<Response>>(
      grpc::ClientContext* context, const Request& request, grpc::CompletionQueue* queue)>
      start;
  // Makes the next request, in place: what is left of an earlier one may be kept.
  std::function<void(Request* request)> make;
  // Is the answer what it must be?
  std::function<absl::Status(const Response& response)> check;
};

// Keeps `in_flight` calls on their way for `seconds`, then waits for the last; the first error ends
// it.
template <typename Request, typename Response>
absl::StatusOr<LoadFigures> RunLoad(const LoadSpec<Request, Response>& spec, int in_flight,
                                    double seconds) {
  struct Call {
    Request request;
    Response response;
    grpc::Status status;
    std::unique_ptr<grpc::ClientContext> context;
    std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> reader;
    BenchClock::time_point started;
  };
  grpc::CompletionQueue queue;
  std::vector<std::unique_ptr<Call>> calls;
  auto start = [&](Call* call) {
    spec.make(&call->request);
    call->context = std::make_unique<grpc::ClientContext>();
    call->context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    call->started = BenchClock::now();
    call->reader = spec.start(call->context.get(), call->request, &queue);
    call->reader->Finish(&call->response, &call->status, call);
  };

  LoadFigures figures;
  absl::Status status = absl::OkStatus();
  const BenchClock::time_point begin = BenchClock::now();
  const auto end = begin + std::chrono::duration_cast<BenchClock::duration>(
                               std::chrono::duration<double>(seconds));
  for (int i = 0; i < in_flight; ++i) {
    calls.push_back(std::make_unique<Call>());
    start(calls.back().get());
  }
  int running = in_flight;
  void* tag = nullptr;
  bool ok = false;
  while (running > 0 && queue.Next(&tag, &ok)) {
    Call* call = static_cast<Call*>(tag);
    const BenchClock::time_point now = BenchClock::now();
    figures.latencies_ms.push_back(MillisecondsBetween(call->started, now));
    absl::Status one =
        call->status.ok() ? spec.check(call->response) : FromGrpcStatus(call->status);
    if (!one.ok() && status.ok()) status = one;
    if (now < end && status.ok()) {
      start(call);
    } else {
      --running;
    }
  }
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) {
  }
  if (!status.ok()) return status;
  figures.calls_per_second =
      figures.latencies_ms.size() / MillisecondsBetween(begin, BenchClock::now()) * 1'000;
  std::sort(figures.latencies_ms.begin(), figures.latencies_ms.end());
  return figures;
}

}  // namespace onereturn

#endif  // ONERETURN_TESTS_BENCH_LOAD_H_

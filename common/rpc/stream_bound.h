// A bound on how long a reader may take nothing. gRPC's synchronous server holds a thread in each
// write until the peer's flow control lets it through; a caller who opens calls and never reads
// would hold them all.
#ifndef ONERETURN_COMMON_RPC_STREAM_BOUND_H_
#define ONERETURN_COMMON_RPC_STREAM_BOUND_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/sync_stream.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "common/base/check.h"
#include "common/rpc/limits.h"
#include "common/rpc/stream_right.h"

namespace onereturn {

// While it lives, cancels the call `micros` from now and logs why: the client sees CANCELLED, and
// what the server was writing fails. `what` is a literal. Thread safe; costs a lock.
class CallBound {
 public:
  CallBound(grpc::ServerContextBase* context, int64_t micros, const char* what);
  ~CallBound();
  CallBound(const CallBound&) = delete;
  CallBound& operator=(const CallBound&) = delete;

  // From now on so long, and for another reason.
  void Set(int64_t micros, const char* what) const;

 private:
  const uint64_t id_;
};

// A synchronous call on the thread that runs it, until its answer has gone out: longer than its
// method. Thread-compatible.
class RunningCall {
 public:
  // A call that answers once is bounded; a stream bounds each of its writes itself, and the guard
  // the whole of one that has an end.
  RunningCall(grpc::ServerContextBase* context, bool answers_once);
  ~RunningCall();
  RunningCall(const RunningCall&) = delete;
  RunningCall& operator=(const RunningCall&) = delete;

  // Of this thread; null where none runs.
  static RunningCall* Current();

  // Held until the answer has gone out.
  void Keep(std::shared_ptr<void> share) { kept_.push_back(std::move(share)); }
  // From now on so long, whatever its reader takes (SLOW_STREAM in the log).
  void BoundStream(int64_t micros);
  // The method is done: now the caller must read.
  void Answered() const;

 private:
  grpc::ServerContextBase* const context_;
  const int64_t unread_micros_;
  std::optional<CallBound> bound_;
  std::vector<std::shared_ptr<void>> kept_;
};

// False when the stream is over, as far as is known before a write: its reader has left, or may not
// read on (StreamRight). For a method that works long between two messages; only on its thread.
inline bool MayBeWritten(const grpc::ServerContext* context) {
  StreamRight* const right = StreamRight::Current();
  ONERETURN_CHECK(right != nullptr);
  return !context->IsCancelled() && right->Holds();
}

// Writes to a stream whose reader must take something within limits::kSlowReaderMicros
// (SLOW_CONSUMER in the log). False when the stream is over: its reader has left, or may not read
// on (StreamRight), which the guard then answers. Only on the thread of a method that the guard
// serves as a stream.
template <typename Response>
bool WriteInTime(grpc::ServerContext* context, grpc::ServerWriter<Response>* writer,
                 const Response& response, int64_t micros = limits::kSlowReaderMicros) {
  StreamRight* const right = StreamRight::Current();
  ONERETURN_CHECK(right != nullptr);
  if (!right->Holds()) return false;
  const CallBound bound(context, micros, "SLOW_CONSUMER");
  return writer->Write(response);
}

}  // namespace onereturn

#endif  // ONERETURN_COMMON_RPC_STREAM_BOUND_H_

// What a stream is written by: the right that admitted it, which is asked again while it is
// written. A call that answers once is decided once; a watch may stand for weeks.
#ifndef ONERETURN_COMMON_RPC_STREAM_RIGHT_H_
#define ONERETURN_COMMON_RPC_STREAM_RIGHT_H_

#include <functional>
#include <utility>

#include "absl/status/status.h"

namespace onereturn {

// That of the stream whose method runs on this thread, while it lives; the guard makes it around
// the method. Thread-compatible.
class StreamRight {
 public:
  // `ask`: OK, or why the stream is to end. It is asked before each write, and bounds itself what
  // that costs.
  explicit StreamRight(std::function<absl::Status()> ask);
  ~StreamRight();
  StreamRight(const StreamRight&) = delete;
  StreamRight& operator=(const StreamRight&) = delete;

  // Of this thread; null where no stream runs.
  static StreamRight* Current();

  // May more be written? Once it may not, it never may again.
  bool Holds() {
    if (ended_.ok()) ended_ = ask_();
    return ended_.ok();
  }
  // OK, or with what the stream ends, whatever its method answers.
  const absl::Status& ended() const { return ended_; }

 private:
  const std::function<absl::Status()> ask_;
  absl::Status ended_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_RPC_STREAM_RIGHT_H_

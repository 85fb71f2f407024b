#include "common/rpc/stream_bound.h"

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "common/log/log.h"

namespace onereturn {
namespace {

using Clock = std::chrono::steady_clock;

thread_local RunningCall* running = nullptr;

// How late a call may be cancelled.
constexpr auto kGrain = std::chrono::milliseconds(250);

// One thread for the whole process; it is never stopped, because calls may outlive any owner.
class Watchdog {
 public:
  static Watchdog& Instance() {
    static auto& watchdog = *new Watchdog();
    return watchdog;
  }

  uint64_t Add(grpc::ServerContextBase* context, int64_t micros, const char* what) {
    std::lock_guard<std::mutex> lock(mutex_);
    calls_.emplace(++last_id_,
                   Call{context, Clock::now() + std::chrono::microseconds(micros), what});
    return last_id_;
  }
  void Set(uint64_t id, int64_t micros, const char* what) {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto call = calls_.find(id);
    if (call == calls_.end()) return;
    call->second.until = Clock::now() + std::chrono::microseconds(micros);
    call->second.what = what;
  }
  // Afterwards the context is not touched any more.
  void Remove(uint64_t id) {
    std::lock_guard<std::mutex> lock(mutex_);
    calls_.erase(id);
  }

 private:
  struct Call {
    grpc::ServerContextBase* context;
    Clock::time_point until;
    const char* what;
  };

  Watchdog() {
    std::thread([this] { Run(); }).detach();
  }

  void Run() {
    while (true) {
      std::this_thread::sleep_for(kGrain);
      std::lock_guard<std::mutex> lock(mutex_);
      const Clock::time_point now = Clock::now();
      for (auto call = calls_.begin(); call != calls_.end();) {
        if (call->second.until > now) {
          ++call;
          continue;
        }
        LogWarning("rpc.cancelled",
                   {{"reason", call->second.what}, {"peer", call->second.context->peer()}});
        call->second.context->TryCancel();
        call = calls_.erase(call);
      }
    }
  }

  std::mutex mutex_;
  uint64_t last_id_ = 0;            // Guarded by mutex_.
  std::map<uint64_t, Call> calls_;  // Guarded by mutex_.
};

}  // namespace

CallBound::CallBound(grpc::ServerContextBase* context, int64_t micros, const char* what)
    : id_(Watchdog::Instance().Add(context, micros, what)) {}

CallBound::~CallBound() { Watchdog::Instance().Remove(id_); }

void CallBound::Set(int64_t micros, const char* what) const {
  Watchdog::Instance().Set(id_, micros, what);
}

// What a stream has written may still be on its way over a slow line when its method is done.
RunningCall::RunningCall(grpc::ServerContextBase* context, bool answers_once)
    : context_(context),
      unread_micros_(answers_once ? limits::kUnreadAnswerMicros : limits::kSlowReaderMicros) {
  if (answers_once) bound_.emplace(context, limits::kUnaryMicros, "SLOW_CALL");
  running = this;
}

RunningCall::~RunningCall() { running = nullptr; }

RunningCall* RunningCall::Current() { return running; }

void RunningCall::BoundStream(int64_t micros) {
  bound_.reset();
  bound_.emplace(context_, micros, "SLOW_STREAM");
}

void RunningCall::Answered() const {
  if (bound_.has_value()) bound_->Set(unread_micros_, "SLOW_CONSUMER");
}

}  // namespace onereturn

// The returns of one file that are on their way to the committer.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RETURNS_IN_FLIGHT_H_
#define ONERETURN_SERVICES_INGESTION_APP_RETURNS_IN_FLIGHT_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include "absl/status/statusor.h"
#include "services/ingestion/app/submit_return.h"

namespace onereturn::ingestion {

// Counts them and gathers their answers by place. What must be judged again is done by the thread
// that waits: the committer's has no time for it, and a pool could be full of waiting files. One
// thread begins and waits; any may end and ask again.
class ReturnsInFlight {
 public:
  // Enough to fill a group of the committer, and a bound on memory.
  static constexpr size_t kMost = 128;

  // Waits until there is room for one more.
  void Begin() {
    std::unique_lock<std::mutex> lock(mutex_);
    WaitUntil([this] { return count_ < kMost; }, &lock);
    ++count_;
  }
  // Its answer came.
  void End(size_t place, absl::StatusOr<ReturnAnswer> answer) {
    std::lock_guard<std::mutex> lock(mutex_);
    answers_.emplace(place, std::move(answer));
    --count_;
    changed_.notify_all();
  }
  // Always takes the work: there is at most one a return in flight.
  bool Again(std::function<void()> work) {
    std::lock_guard<std::mutex> lock(mutex_);
    again_.push_back(std::move(work));
    changed_.notify_all();
    return true;
  }
  std::map<size_t, absl::StatusOr<ReturnAnswer>> WaitForAll() {
    std::unique_lock<std::mutex> lock(mutex_);
    WaitUntil([this] { return count_ == 0; }, &lock);
    return std::move(answers_);
  }

 private:
  void WaitUntil(const std::function<bool()>& reached, std::unique_lock<std::mutex>* lock) {
    while (!reached()) {
      changed_.wait(*lock, [&] { return reached() || !again_.empty(); });
      if (again_.empty()) continue;
      const std::function<void()> work = std::move(again_.front());
      again_.pop_front();
      lock->unlock();
      work();
      lock->lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  size_t count_ = 0;  // At most kMost, and so are those to be judged again.
  std::deque<std::function<void()>> again_;
  std::map<size_t, absl::StatusOr<ReturnAnswer>> answers_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RETURNS_IN_FLIGHT_H_

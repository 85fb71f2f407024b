// The returns of one file that are on their way to the committer.
#ifndef ONERETURN_SERVICES_INGESTION_APP_FILES_RETURNS_IN_FLIGHT_H_
#define ONERETURN_SERVICES_INGESTION_APP_FILES_RETURNS_IN_FLIGHT_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include "absl/status/statusor.h"
#include "services/ingestion/app/returns/submit_return.h"

namespace onereturn::ingestion {

// Counts them and gathers their answers by place. What must be judged again is done by the thread
// that waits: the committer's has no time for it, and a pool could be full of waiting files. One
// thread begins and waits; any may end and ask again.
class ReturnsInFlight {
 public:
  // Enough to fill a group of the committer.
  static constexpr size_t kMost = 128;
  // A bound on memory, of which a cell takes about half a kilobyte: beyond, one after the other.
  static constexpr size_t kMostCells = 32'768;

  // Waits until there is room for one more, of so many cells.
  void Begin(size_t cells) {
    std::unique_lock<std::mutex> lock(mutex_);
    WaitUntil([&] { return count_ == 0 || (count_ < kMost && cells_ + cells <= kMostCells); },
              &lock);
    ++count_;
    cells_ += cells;
  }
  // Its answer came.
  void End(size_t place, size_t cells, absl::StatusOr<ReturnAnswer> answer) {
    std::lock_guard<std::mutex> lock(mutex_);
    answers_.emplace(place, std::move(answer));
    --count_;
    cells_ -= cells;
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
  size_t cells_ = 0;  // Of them.
  std::deque<std::function<void()>> again_;
  std::map<size_t, absl::StatusOr<ReturnAnswer>> answers_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_FILES_RETURNS_IN_FLIGHT_H_

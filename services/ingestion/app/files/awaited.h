// An answer that one thread waits for.
#ifndef ONERETURN_SERVICES_INGESTION_APP_FILES_AWAITED_H_
#define ONERETURN_SERVICES_INGESTION_APP_FILES_AWAITED_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace onereturn::ingestion {

// What must be done again before there is an answer is done by the thread that waits: it has the
// time, and pools could be full of work that waits for them. Thread safe.
template <typename Answer>
class Awaited {
 public:
  // Once.
  void Set(Answer answer) {
    std::lock_guard<std::mutex> lock(mutex_);
    answer_ = std::move(answer);
    changed_.notify_all();
  }
  // Always takes the work. At most one at a time.
  bool Again(std::function<void()> work) {
    std::lock_guard<std::mutex> lock(mutex_);
    work_ = std::move(work);
    changed_.notify_all();
    return true;
  }
  Answer Wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return answer_.has_value() || work_ != nullptr; });
      if (answer_.has_value()) return *std::move(answer_);
      const std::function<void()> work = std::exchange(work_, nullptr);
      lock.unlock();
      work();
      lock.lock();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Answer> answer_;  // Guarded by mutex_, as work_.
  std::function<void()> work_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_FILES_AWAITED_H_

// A fixed number of threads that work through a queue of bounded length.
#ifndef ONERETURN_COMMON_BASE_THREAD_POOL_H_
#define ONERETURN_COMMON_BASE_THREAD_POOL_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace onereturn {

// Work beyond the queue's limit is refused at once and never waits: the caller tells its client to
// come back. Work is started in the order it was submitted. Work must not throw. Thread-safe.
class BoundedPool {
 public:
  // At least one thread and room for at least one waiting piece of work (checked).
  BoundedPool(size_t threads, size_t queue_limit);
  // As Shutdown.
  ~BoundedPool();

  BoundedPool(const BoundedPool&) = delete;
  BoundedPool& operator=(const BoundedPool&) = delete;

  // False, and `work` is not kept, when `queue_limit` pieces are waiting already or shutdown has
  // begun.
  [[nodiscard]] bool TrySubmit(std::function<void()> work);

  // Accepts nothing more, runs all that was accepted, and returns when the threads have ended. May
  // be called more than once; never from the pool's own work.
  void Shutdown();

  // Pieces accepted and not yet begun.
  size_t queued() const;

 private:
  void Run();

  const size_t queue_limit_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;  // Guarded by mutex_.
  bool stopping_ = false;                    // Guarded by mutex_.
  std::mutex join_mutex_;  // Held while threads are joined, so that two shutdowns do not collide.
  std::vector<std::thread> threads_;  // Guarded by join_mutex_ once constructed.
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_BASE_THREAD_POOL_H_

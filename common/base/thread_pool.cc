#include "common/base/thread_pool.h"

#include <utility>

#include "common/base/check.h"

namespace onereturn {

BoundedPool::BoundedPool(size_t threads, size_t queue_limit) : queue_limit_(queue_limit) {
  ONERETURN_CHECK(threads > 0);
  ONERETURN_CHECK(queue_limit > 0);
  threads_.reserve(threads);
  for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

BoundedPool::~BoundedPool() { Shutdown(); }

bool BoundedPool::TrySubmit(std::function<void()> work) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (stopping_ || queue_.size() >= queue_limit_) return false;
    queue_.push_back(std::move(work));
  }
  changed_.notify_one();
  return true;
}

void BoundedPool::Shutdown() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  const std::lock_guard<std::mutex> join_lock(join_mutex_);
  for (std::thread& thread : threads_) {
    ONERETURN_CHECK(thread.get_id() != std::this_thread::get_id());
    thread.join();
  }
  threads_.clear();
}

size_t BoundedPool::queued() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return queue_.size();
}

void BoundedPool::Run() {
  while (true) {
    std::function<void()> work;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;  // Stopping, and all that was accepted has been taken.
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    work();
  }
}

}  // namespace onereturn

#include "common/service/periodic_work.h"

#include <chrono>
#include <utility>

namespace onereturn {

PeriodicWork::PeriodicWork(absl::Duration interval, std::function<void()> work)
    : thread_([this, interval, work = std::move(work)] { Run(interval, work); }) {}

PeriodicWork::~PeriodicWork() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void PeriodicWork::Run(absl::Duration interval, const std::function<void()>& work) {
  const std::chrono::nanoseconds pause = absl::ToChronoNanoseconds(interval);
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    work();
    lock.lock();
    changed_.wait_for(lock, pause, [this] { return stopping_; });
  }
}

}  // namespace onereturn

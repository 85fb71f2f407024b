// Work that is done again and again while a service lives.
#ifndef ONERETURN_COMMON_SERVICE_PERIODIC_WORK_H_
#define ONERETURN_COMMON_SERVICE_PERIODIC_WORK_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "absl/time/time.h"

namespace onereturn {

// Runs `work` on a thread of its own: at once, then `interval` after each end, until destruction,
// which waits for work that runs. `work` must not throw, and what it uses must outlive this.
class PeriodicWork {
 public:
  PeriodicWork(absl::Duration interval, std::function<void()> work);
  ~PeriodicWork();
  PeriodicWork(const PeriodicWork&) = delete;
  PeriodicWork& operator=(const PeriodicWork&) = delete;

 private:
  void Run(absl::Duration interval, const std::function<void()>& work);

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;  // The last member: it uses those above.
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_SERVICE_PERIODIC_WORK_H_

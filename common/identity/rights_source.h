// The newest snapshot of rights, and whether it can still be relied on.
#ifndef ONERETURN_COMMON_IDENTITY_RIGHTS_SOURCE_H_
#define ONERETURN_COMMON_IDENTITY_RIGHTS_SOURCE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "common/clock/clock.h"
#include "common/identity/rights.h"

namespace onereturn {

// A service that has not heard from ingestion for longer refuses privileged calls: a right taken
// from somebody must not work elsewhere for longer than a minute.
inline constexpr int64_t kRightsStaleMicros = 60'000'000;

// Thread safe.
class RightsSource {
 public:
  explicit RightsSource(Rights rights)
      : rights_(std::make_shared<const Rights>(std::move(rights))) {}

  std::shared_ptr<const Rights> Current() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return rights_;
  }
  void Replace(std::shared_ptr<const Rights> rights) {
    std::lock_guard<std::mutex> lock(mutex_);
    rights_ = std::move(rights);
  }

  // From now on rights are ingestion's to say: they are fresh for kRightsStaleMicros after this,
  // and after each time more was heard. Never asked for: always fresh, as in ingestion itself.
  void NoteHeard(Timestamp now) {
    followed_.store(true);
    int64_t last = heard_micros_.load();
    while (last < now.micros && !heard_micros_.compare_exchange_weak(last, now.micros)) {
    }
  }
  bool Fresh(Timestamp now) const {
    return !followed_.load() || now.micros - heard_micros_.load() <= kRightsStaleMicros;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Rights> rights_;
  std::atomic<bool> followed_{false};
  std::atomic<int64_t> heard_micros_{0};
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_IDENTITY_RIGHTS_SOURCE_H_

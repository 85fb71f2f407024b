// Reading through a store's tables, so that a disk that forgets is found out before the data is
// needed and while copies of it are still held.
#ifndef ONERETURN_COMMON_SERVICE_TABLE_VERIFICATION_H_
#define ONERETURN_COMMON_SERVICE_TABLE_VERIFICATION_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/service/periodic_work.h"
#include "common/storage/store.h"

namespace onereturn {

// Once a day: checkpoints are kept a day and backups two weeks, so damage is known while a copy of
// before is held.
inline constexpr absl::Duration kVerificationInterval = absl::Hours(24);
// So that a disk of 100 MiB/s is busy with it for a third of its time at most.
inline constexpr uint64_t kVerificationBytesASecond = uint64_t{32} << 20;

// At the start, then at the interval after each end, on a thread of its own.
class TableVerification {
 public:
  // `store` must outlive it. `on_damage` gets what Store::VerifyTables answers other than OK; in a
  // server it must not return.
  TableVerification(const Store* store, std::function<void(const absl::Status& status)> on_damage,
                    absl::Duration interval = kVerificationInterval,
                    uint64_t bytes_a_second = kVerificationBytesASecond);
  // Ends work that runs.
  ~TableVerification();

 private:
  void Verify();
  // Waits as long as reading so many bytes may take; false when it is time to stop.
  bool Pause(uint64_t bytes);

  const Store* const store_;
  const std::function<void(const absl::Status& status)> on_damage_;
  const uint64_t bytes_a_second_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;  // Guarded by mutex_.
  PeriodicWork work_;      // The last member: it uses those above.
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_SERVICE_TABLE_VERIFICATION_H_

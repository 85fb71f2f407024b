// Private to the library: whether there is room for writes, and the ballast that is given up first.
#ifndef ONERETURN_COMMON_STORAGE_SPACE_WATCH_H_
#define ONERETURN_COMMON_STORAGE_SPACE_WATCH_H_

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/storage/disk_space.h"
#include "common/storage/store.h"

namespace onereturn {

// Thread safe. It measures when it is asked: before each write and each look at the state, which
// costs a microsecond, so that it needs no thread and is never late. One thread measures at a time;
// who comes meanwhile is told what was judged last, and waits for no disk and no log.
class SpaceWatch {
 public:
  using Measure = std::function<absl::StatusOr<DiskSpace>()>;
  // `ballast_bytes` may be 0: then there is no ballast.
  SpaceWatch(std::string folder, Measure measure, uint64_t ballast_bytes);

  // RESOURCE_EXHAUSTED when there is not enough room for a write. A disk that cannot be measured is
  // no reason to refuse: the write itself will tell.
  absl::Status Check();
  // The engine met a full disk, whatever was measured: as Check() with too little room, until there
  // is enough.
  void NoteFull();
  // Before the store is opened: gives up the ballast when there is little room, so that what the
  // write-ahead log holds can be written to tables. True when there was ballast to give up.
  bool MakeRoom();

  StoreSpace State();

 private:
  struct Facts {
    DiskSpace space;
    bool low = false;
  };

  // Measures, and does what follows from it; the newest facts.
  Facts Look();
  // These need looking_ held, and touch the disk and the log.
  void Judge(const DiskSpace& space);
  // What is free once the ballast lies there: it changes neither when the ballast is given up nor
  // when the process begins again.
  uint64_t FreeBesidesBallast(const DiskSpace& space) const;
  void SetLow(bool low, const DiskSpace& space);
  bool HoldsBallast() const;
  void PutBallast();
  void DropBallast();

  Facts facts() const;
  void SetFacts(const Facts& facts);

  const std::string folder_;
  const Measure measure_;
  const uint64_t ballast_bytes_;
  std::mutex looking_;        // Held while the disk is measured and the ballast is put or given up.
  bool looked_ = false;       // Guarded by looking_.
  mutable std::mutex mutex_;  // For moments; locked after looking_.
  std::optional<Facts> facts_;  // Guarded by mutex_; unset: nothing was measured yet.
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_STORAGE_SPACE_WATCH_H_

// How much room the disk has, and the bounds below which a store takes no more writes.
#ifndef ONERETURN_COMMON_STORAGE_DISK_SPACE_H_
#define ONERETURN_COMMON_STORAGE_DISK_SPACE_H_

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace onereturn {

struct DiskSpace {
  uint64_t free_bytes = 0;  // That an ordinary process may still take.
  uint64_t total_bytes = 0;
};

// Of the file system that `path` lies on. UNAVAILABLE when it cannot be asked.
absl::StatusOr<DiskSpace> MeasureDiskSpace(const std::string& path);

// Below a tenth of the disk an operator expects to be warned and a service to be careful; but a
// tenth of a large disk is room for years, so more than this is never asked for. It is what the
// store may need beyond what it is given: twice its largest write-ahead log (256 MiB, written to
// tables when the store is opened), its buffers, and a compaction's output.
inline constexpr uint64_t kLowSpaceBytes = uint64_t{1} << 30;
inline constexpr uint64_t kLowSpaceDivisor = 10;

// Writes are refused below this.
inline uint64_t LowSpaceMark(const DiskSpace& space) {
  return std::min(kLowSpaceBytes, space.total_bytes / kLowSpaceDivisor);
}

// And taken again from this on, so that a service at the mark does not change its mind with every
// compaction: a quarter more.
inline uint64_t EnoughSpaceMark(const DiskSpace& space) {
  return LowSpaceMark(space) + LowSpaceMark(space) / 4;
}

// A file of this size lies in the folder of a store and is given up when space is low: then there
// is room for what the store must still write (its buffers are 64 MiB) to be read, closed and
// opened again. It comes back with the space.
inline constexpr uint64_t kBallastBytes = uint64_t{64} << 20;
inline constexpr char kBallastName[] = "ballast";

}  // namespace onereturn

#endif  // ONERETURN_COMMON_STORAGE_DISK_SPACE_H_

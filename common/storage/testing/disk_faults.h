// What a test does to the disk of a store that was opened with FaultFiles, from any process: the
// other end of the folder described in fault_files.h.
#ifndef ONERETURN_COMMON_STORAGE_TESTING_DISK_FAULTS_H_
#define ONERETURN_COMMON_STORAGE_TESTING_DISK_FAULTS_H_

#include <cstdint>
#include <optional>
#include <random>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace onereturn {

inline constexpr uint64_t kMebibyte = uint64_t{1} << 20;

// From its next operation on, the file system does as `order` says.
void OrderFault(const std::string& store_path, absl::string_view order);

// The store's disk has so many bytes; nullopt: it is the real one again.
void MakeUpCapacity(const std::string& store_path, std::optional<uint64_t> bytes);

// What a loss of power took.
struct PowerLoss {
  int names_undone = 0;     // Files made, renamed, linked or removed, whose folder was not synced.
  int files_cut = 0;        // Files with bytes beyond what was synced.
  uint64_t bytes_cut = 0;   // Of those, gone.
  uint64_t bytes_torn = 0;  // Of those, still there: the write that was on its way.
};

// Turns the folder of a store whose process was killed into what the power's failing at that moment
// could have left: every file keeps what was synced and a random part of what was not, and of the
// names that were not synced the newest are undone, from a random place on (a file system writes
// its own log in order). Then all there is counts as synced.
absl::StatusOr<PowerLoss> LosePower(const std::string& store_path, std::mt19937_64* random);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_STORAGE_TESTING_DISK_FAULTS_H_

// A file system for tests of what a bad disk does to a store, and to the server that has it: it
// notes what a loss of power would leave, and fails as it is told. Test builds alone have it.
//
// What is noted and what is told lies in files of a folder beside the store's ("{store}.faults"),
// so that it outlives kill -9 of the process and another process can look and give orders
// (testing/disk_faults.h):
//   journal    one line an event that decides what is on stable storage, tabs between fields:
//                F folder        the store was opened there; the paths that follow lie in it
//                C path          a file was made             S path bytes   synced up to there
//                L path copy     a hard link was made        Y folder       its names were synced
//                R path to kept  renamed; what was there before is linked as kept, or "-"
//                D path kept     removed; what it was is linked as kept
//              A line of C, L, R or D stands before its event, one of S and Y after it.
//   kept.N     what those links are
//   order      "OPERATION KIND NTH ERROR [torn] [once]": from the n-th append, sync or read of such
//              a file (log, table, manifest, other, any) on, or that one alone, answers EIO, ENOSPC
//              or EFBIG; torn: half of what is appended is written. Taken at the next operation.
//   capacity   bytes of a disk that holds nothing but the store's folder
#ifndef ONERETURN_COMMON_STORAGE_FAULT_FILES_H_
#define ONERETURN_COMMON_STORAGE_FAULT_FILES_H_

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>

#include "absl/status/statusor.h"
#include "common/storage/disk_space.h"

namespace onereturn {

// When set, every store that a process opens on disk gets such files; "small" gives it small
// buffers too, so that a short test sees flushes and compactions.
inline constexpr char kFaultFilesVariable[] = "ONERETURN_FAULT_FILES";

// Thread safe.
class FaultFiles {
 public:
  // For the store in `store_path`; makes the folder beside it.
  explicit FaultFiles(const std::string& store_path);
  ~FaultFiles();

  static std::string SideFolderOf(const std::string& store_path) { return store_path + ".faults"; }

  // Null unless the environment asks for them. `*small_buffers` is left alone or set to true.
  static std::shared_ptr<FaultFiles> FromEnvironment(const std::string& store_path,
                                                     bool* small_buffers);

  // While it is held nothing changes on the disk: whoever would change it waits.
  std::unique_lock<std::shared_mutex> Freeze();

  // Of the disk that "capacity" makes up; the real one's without.
  absl::StatusOr<DiskSpace> Space() const;

 private:
  friend class Store;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_STORAGE_FAULT_FILES_H_

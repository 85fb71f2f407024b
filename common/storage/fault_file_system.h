// Private to the library, and to test builds: how the engine sees FaultFiles.
#ifndef ONERETURN_COMMON_STORAGE_FAULT_FILE_SYSTEM_H_
#define ONERETURN_COMMON_STORAGE_FAULT_FILE_SYSTEM_H_

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/storage/disk_space.h"
#include "common/storage/fault_files.h"

namespace onereturn {

enum class FaultOperation { kAppend, kSync, kRead };

struct FaultOrder {
  FaultOperation operation = FaultOperation::kAppend;
  std::string kind;
  uint64_t nth = 1;
  int error = 0;  // EIO, ENOSPC, EFBIG.
  bool torn = false;
  bool once = false;
};

// What lies in the folder beside the store. Thread safe.
class FaultJournal {
 public:
  FaultJournal(std::string store_path, std::string side_folder);
  ~FaultJournal();

  void Note(const std::string& line);
  // A hard link of a file that is about to vanish under its name; "-" when there is none.
  std::string Keep(const std::string& path);
  // Bytes that still fit; nullopt when no capacity is made up.
  std::optional<uint64_t> Room() const;
  absl::StatusOr<DiskSpace> Space() const;
  // Held shared by every operation that changes something.
  std::shared_mutex& frozen() { return frozen_; }
  // The order that this operation falls under.
  std::optional<FaultOrder> Fails(FaultOperation operation, const std::string& path);

 private:
  static std::string KindOf(const std::string& path);
  void TakeOrder();

  const std::string store_path_;
  const std::string side_folder_;
  int journal_ = -1;
  std::shared_mutex frozen_;
  std::mutex mutex_;
  std::optional<FaultOrder> order_;  // Guarded by mutex_.
  uint64_t matched_ = 0;             // Guarded by mutex_.
};

class FaultFileSystem : public rocksdb::FileSystemWrapper {
 public:
  FaultFileSystem(const std::shared_ptr<rocksdb::FileSystem>& target,
                  std::shared_ptr<FaultJournal> journal)
      : FileSystemWrapper(target), journal_(std::move(journal)) {}
  static const char* kClassName() { return "OnereturnFaultFileSystem"; }
  const char* Name() const override { return kClassName(); }

  using Options = rocksdb::IOOptions;
  using Debug = rocksdb::IODebugContext;
  rocksdb::IOStatus NewSequentialFile(const std::string& path, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                      Debug* debug) override;
  rocksdb::IOStatus NewRandomAccessFile(const std::string& path,
                                        const rocksdb::FileOptions& options,
                                        std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                                        Debug* debug) override;
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    Debug* debug) override;
  // The engine does neither with our settings; a store that began to would escape the journal.
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file,
                                       Debug* debug) override;
  rocksdb::IOStatus ReuseWritableFile(const std::string& path, const std::string& old_path,
                                      const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* file,
                                      Debug* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& path, const Options& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* folder,
                                 Debug* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& path, const Options& options,
                               Debug* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& path, const std::string& to,
                               const Options& options, Debug* debug) override;
  rocksdb::IOStatus LinkFile(const std::string& path, const std::string& copy,
                             const Options& options, Debug* debug) override;
  rocksdb::IOStatus GetFreeSpace(const std::string& path, const Options& options, uint64_t* bytes,
                                 Debug* debug) override;

 private:
  const std::shared_ptr<FaultJournal> journal_;
};

struct FaultFiles::State {
  std::shared_ptr<FaultJournal> journal;
  std::unique_ptr<rocksdb::Env> env;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_STORAGE_FAULT_FILE_SYSTEM_H_

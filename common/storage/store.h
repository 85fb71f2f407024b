// The store of one service: the only owner of its database folder, and the only code that knows the
// storage engine. The engine's headers stay inside the library.
#ifndef ONERETURN_COMMON_STORAGE_STORE_H_
#define ONERETURN_COMMON_STORAGE_STORE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/storage/column_family.h"
#include "common/storage/reader.h"
#include "common/storage/write_batch.h"

namespace rocksdb {
class Env;
}

namespace onereturn {

// Files held in memory, for tests that need neither a disk nor damage to it. Shared by every store
// opened with it, so that a store can be closed and opened again. Thread safe.
class MemoryFiles {
 public:
  static std::shared_ptr<MemoryFiles> Create();
  ~MemoryFiles();

 private:
  friend class Store;
  struct State;
  explicit MemoryFiles(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class FaultFiles;  // fault_files.h; test builds alone have them.

// How a store stands with its disk.
struct StoreSpace {
  uint64_t free_bytes = 0;
  uint64_t total_bytes = 0;
  // Too little is left: whatever adds something is refused until there is enough again.
  bool writes_refused = false;
};

// One step of bringing a store to this program's version. It rewrites derived column families,
// which hold nothing that could not be computed again.
struct Migration {
  // `store` is as it was before; `write` refuses (FAILED_PRECONDITION) to touch a primary column
  // family. A crash leaves the version as it was, so the step begins again at the next opening, on
  // top of what it had written: it must come to the same end.
  using Write = std::function<absl::Status(const WriteBatch& batch)>;
  using Step = std::function<absl::Status(const Reader& store, const Write& write)>;

  uint32_t to_version = 0;
  Step step;
};

// A failure of the engine's own flushing or compacting.
struct BackgroundError {
  absl::Status status;
  // True: the engine will not recover by itself and the process must stop. False: the store is
  // read-only until the engine has recovered (typically, until there is space again).
  bool fatal = false;
};

struct StoreOptions {
  std::string path;             // Folder. Its parent must exist.
  std::string service;          // Name kept in the store: one service never opens another's.
  uint32_t schema_version = 1;  // Version of the service's keys and values; greater than 0.
  std::vector<ColumnFamilySpec> column_families;

  uint64_t cache_bytes = uint64_t{64} << 20;
  bool small_buffers = false;  // For tests: flushes and compacts after a few kilobytes.
  // By ascending version; those above the stored version are run by Open(), which then raises it.
  // A version without a step reads what the one before it wrote, and leaves the stored one alone.
  std::vector<Migration> migrations = {};
  // Size of the file that is given up when space is low (disk_space.h); 0: none.
  uint64_t ballast_bytes = 0;

  std::shared_ptr<MemoryFiles> memory_files;  // For tests: null means the real file system.
  std::shared_ptr<FaultFiles> fault_files;    // For tests: a disk that fails as it is told.
  // Called on a thread of the engine; must not call the store. May be empty.
  std::function<void(const BackgroundError& error)> on_background_error;
};

enum class Durability {
  kSynced,    // On stable storage when Write() answers OK: survives power loss.
  kUnsynced,  // Survives the death of the process, not of the machine. For derived data and logs.
};

// Thread safe. Snapshots and cursors hold the database open: the folder is free again only when the
// store and all of them are gone.
class Store : public Reader {
 public:
  // Makes a new store. FAILED_PRECONDITION if the folder exists and is not empty.
  static absl::StatusOr<std::unique_ptr<Store>> Create(StoreOptions options);

  // Opens a store that Create() made; a missing one is never made silently. A torn last record of
  // the write-ahead log (the usual mark of a killed process) is cut off: it was never acknowledged.
  // clang-format off
  //   NOT_FOUND            there is no store in the folder
  //   FAILED_PRECONDITION  another service's store, a newer schema version, a list of column
  //                        families that is not the stored one or an extension of it, or in use
  //                        elsewhere
  //   DATA_LOSS            damaged; nothing has been changed, a restore is needed
  //   RESOURCE_EXHAUSTED   no space: opening writes the log's content to tables, so it may need as
  //                        much again as the log holds. With little space it opens all the same and
  //                        refuses writes
  // clang-format on
  static absl::StatusOr<std::unique_ptr<Store>> Open(StoreOptions options);

  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // Makes the changes of `batch` together or not at all.
  //
  // clang-format off
  //   RESOURCE_EXHAUSTED  no space, or too little (disk_space.h): nothing was written. The store
  //                       takes writes again by itself once there is enough. Until then it can be
  //                       read, and a batch that only deletes is taken as long as the disk has room
  //   UNAVAILABLE         another I/O error
  //   DATA_LOSS           damage was found
  // clang-format on
  //
  // After UNAVAILABLE or DATA_LOSS it is unknown whether the batch will be there after a restart,
  // every later write fails with the same error, and the process must stop without writing anything
  // more: a failed sync cannot be retried, because the kernel may have dropped the data.
  absl::Status Write(const WriteBatch& batch, Durability durability);

  // The newest state, fixed.
  Snapshot TakeSnapshot() const;

  // Writes all buffers to table files. Never needed for durability.
  absl::Status Flush();

  // Makes an openable copy of the whole store, in a folder that must not exist yet and whose parent
  // must (hard links where both are on one file system). It holds at least everything written
  // before the call.
  absl::Status Checkpoint(const std::string& path) const;

  // As it is now; no space of the disk is zero for a store in memory.
  StoreSpace Space() const;

  // Reads every table file and compares it, byte for byte by its checksum, with what was written:
  // damage shows before somebody needs the data. `go_on` is called after each piece that was read,
  // may take its time, and ends the work by answering false. DATA_LOSS for damage; UNAVAILABLE when
  // a file cannot be read. Answers the bytes read.
  absl::StatusOr<uint64_t> VerifyTables(absl::FunctionRef<bool(uint64_t bytes)> go_on) const;

  // Removes every entry of derived column families, all at once: after a crash either all are still
  // full or all are empty. Synced. The caller sees to it that nobody writes to them meanwhile. OK
  // means that they are empty; that their space could not be freed at once is no error and is
  // logged. FAILED_PRECONDITION for a primary column family, and nothing is removed. Errors as
  // Write(): then it is unknown whether they are empty.
  absl::Status DropColumnFamilyContents(const std::vector<ColumnFamily>& column_families);

  const std::vector<ColumnFamilySpec>& column_families() const;

 private:
  friend class BackupFolder;
  explicit Store(std::shared_ptr<Database> database);
  static rocksdb::Env* FilesOf(StoreOptions* options);
  absl::Status Migrate(uint32_t stored_version, const StoreOptions& options);
  std::shared_ptr<Database> database_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_STORAGE_STORE_H_

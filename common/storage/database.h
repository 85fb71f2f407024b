// Private to the library: the open engine, shared by the store and everything that reads from it.
#ifndef ONERETURN_COMMON_STORAGE_DATABASE_H_
#define ONERETURN_COMMON_STORAGE_DATABASE_H_

#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/storage/column_family.h"
#include "common/storage/reader.h"
#include "common/storage/schema_record.h"
#include "common/storage/space_watch.h"
#include "common/storage/store.h"

namespace onereturn {

// Remembers the first error after which nothing may be written any more. Thread safe.
class WriteGate {
 public:
  // OK until an error has closed the gate.
  absl::Status Check() const;
  // Answers `status`. If it is an error that a running process cannot outlive, closes the gate and
  // answers the error that closed it first, which is nearest to the cause.
  absl::Status Pass(absl::Status status);

 private:
  std::atomic<bool> closed_ = false;
  mutable std::mutex mutex_;
  absl::Status error_;  // Guarded by mutex_.
};

// Owns the engine and closes it in the right order. The engine asserts that no iterator, snapshot
// or handle outlives it, so each of those holds a shared pointer to this.
class Database {
 public:
  // `options` of the store; `space` is null for a store in memory.
  Database(const StoreOptions& options, std::shared_ptr<WriteGate> write_gate,
           std::shared_ptr<SpaceWatch> space)
      : memory_files_(options.memory_files),
        fault_files_(options.fault_files),
        write_gate_(std::move(write_gate)),
        space_(std::move(space)),
        path_(options.path) {}
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Opens the engine with these column families, the default one first.
  absl::Status OpenEngine(const rocksdb::DBOptions& options,
                          const std::vector<rocksdb::ColumnFamilyDescriptor>& descriptors);

  // Adds a column family to the open engine.
  absl::Status AddColumnFamily(const rocksdb::ColumnFamilyOptions& options,
                               const std::string& name);

  // Reads and puts (synced) the schema record; nothing else changes.
  absl::StatusOr<SchemaRecord> GetSchema() const;
  absl::Status PutSchema(const SchemaRecord& schema);

  // To be called once, before any column family is used: from here on they are known by their
  // places in this record, and readers need no lock. DATA_LOSS if one does not exist.
  absl::Status UseSchema(const SchemaRecord& schema);

  rocksdb::DB& engine() const { return *engine_; }
  WriteGate& write_gate() const { return *write_gate_; }
  SpaceWatch* space() const { return space_.get(); }
  // Answers `status`, and remembers what it says of the store and its disk.
  absl::Status Pass(absl::Status status) const;
  const std::string& path() const { return path_; }
  bool in_memory() const { return memory_files_ != nullptr; }
  rocksdb::ColumnFamilyHandle* Handle(ColumnFamily column_family) const;
  const ColumnFamilySpec& Spec(ColumnFamily column_family) const;
  // All of them, the default one included.
  const std::vector<rocksdb::ColumnFamilyHandle*>& handles() const { return handles_; }

  const std::vector<ColumnFamilySpec>& column_families() const { return column_families_; }

 private:
  rocksdb::ColumnFamilyHandle* HandleNamed(const std::string& name) const;

  std::shared_ptr<MemoryFiles> memory_files_;  // Outlives the engine, as the next.
  std::shared_ptr<FaultFiles> fault_files_;
  std::shared_ptr<WriteGate> write_gate_;
  std::shared_ptr<SpaceWatch> space_;
  std::string path_;
  std::unique_ptr<rocksdb::DB> engine_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;   // Owned; destroyed before the engine.
  std::vector<rocksdb::ColumnFamilyHandle*> by_place_;  // Some of handles_.
  std::vector<ColumnFamilySpec> column_families_;
};

// What a Reader reads: the newest state, or that of a snapshot.
struct Reader::View {
  explicit View(std::shared_ptr<Database> of) : database(std::move(of)) {}
  ~View() {
    if (snapshot != nullptr) database->engine().ReleaseSnapshot(snapshot);
  }
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  static std::shared_ptr<const View> Newest(std::shared_ptr<Database> database) {
    return std::make_shared<const View>(std::move(database));
  }
  static std::shared_ptr<const View> Fixed(std::shared_ptr<Database> database) {
    auto view = std::make_shared<View>(std::move(database));
    view->snapshot = view->database->engine().GetSnapshot();
    return view;
  }

  std::shared_ptr<Database> database;
  const rocksdb::Snapshot* snapshot = nullptr;
};

struct MemoryFiles::State {
  std::unique_ptr<rocksdb::Env> env;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_STORAGE_DATABASE_H_

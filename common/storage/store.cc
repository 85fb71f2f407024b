#include "common/storage/store.h"

#include <rocksdb/db.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/log/log.h"
#include "common/status/status_macros.h"
#include "common/storage/database.h"
#include "common/storage/engine_options.h"
#include "common/storage/engine_status.h"
#include "common/storage/folder.h"
#include "common/storage/table_files.h"

namespace onereturn {
namespace {

// Room for the engine's own framing of each change, so that its buffer is allocated once.
constexpr size_t kFramingBytes = 16;

absl::StatusOr<rocksdb::WriteBatch> ToEngineBatch(const WriteBatch& batch,
                                                  const Database& database) {
  rocksdb::WriteBatch engine_batch(batch.size_bytes() + kFramingBytes * batch.count(),
                                   /*max_bytes=*/0, kProtectionBytes, /*default_cf_ts_sz=*/0);
  rocksdb::Status status;
  batch.ForEach([&](WriteBatch::Operation operation, ColumnFamily column_family,
                    absl::string_view key, absl::string_view second) {
    if (!status.ok()) return;
    rocksdb::ColumnFamilyHandle* handle = database.Handle(column_family);
    switch (operation) {
      case WriteBatch::Operation::kPut:
        status = engine_batch.Put(handle, ToSlice(key), ToSlice(second));
        return;
      case WriteBatch::Operation::kDelete:
        status = engine_batch.Delete(handle, ToSlice(key));
        return;
      case WriteBatch::Operation::kDeleteRange:
        status = engine_batch.DeleteRange(handle, ToSlice(key), ToSlice(second));
        return;
    }
  });
  RETURN_IF_ERROR(FromEngine(status, "prepare a write"));
  return engine_batch;
}

}  // namespace

Store::Store(std::shared_ptr<Database> database)
    : Reader(View::Newest(database)), database_(std::move(database)) {}

Store::~Store() = default;

absl::Status Store::Write(const WriteBatch& batch, Durability durability) {
  WriteGate& gate = database_->write_gate();
  RETURN_IF_ERROR(gate.Check());
  if (batch.empty()) return absl::OkStatus();
  SpaceWatch* const space = database_->space();
  if (space != nullptr && batch.has_puts()) RETURN_IF_ERROR(space->Check());
  ASSIGN_OR_RETURN(rocksdb::WriteBatch engine_batch, ToEngineBatch(batch, *database_));
  return database_->Pass(FromEngine(
      database_->engine().Write(EngineWriteOptions(durability), &engine_batch), "write"));
}

Snapshot Store::TakeSnapshot() const { return Snapshot(View::Fixed(database_)); }

absl::Status Store::Flush() {
  return FromEngine(database_->engine().Flush(rocksdb::FlushOptions(), database_->handles()),
                    "flush");
}

absl::Status Store::Checkpoint(const std::string& path) const {
  const std::string doing = absl::StrCat("make a checkpoint in ", path);
  rocksdb::Checkpoint* created = nullptr;
  RETURN_IF_ERROR(FromEngine(rocksdb::Checkpoint::Create(&database_->engine(), &created), doing));
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(created);
  RETURN_IF_ERROR(FromEngine(checkpoint->CreateCheckpoint(path), doing));
  return database_->in_memory() ? absl::OkStatus() : SyncParentFolder(path);
}

StoreSpace Store::Space() const {
  SpaceWatch* const space = database_->space();
  return space == nullptr ? StoreSpace() : space->State();
}

absl::StatusOr<uint64_t> Store::VerifyTables(absl::FunctionRef<bool(uint64_t)> go_on) const {
  return VerifyTableFiles(database_->engine(), go_on);
}

absl::Status Store::DropColumnFamilyContents(const std::vector<ColumnFamily>& column_families) {
  WriteBatch batch;
  for (ColumnFamily column_family : column_families) {
    const ColumnFamilySpec& spec = database_->Spec(column_family);
    if (spec.kind != ColumnFamilyKind::kDerived) {
      return absl::FailedPreconditionError(absl::StrCat(
          "Column family \"", spec.name, "\" holds primary data, which is never dropped."));
    }
    ASSIGN_OR_RETURN(const std::optional<StoredEntry> last, SeekLast(column_family, "", ""));
    // One zero byte more than the last key is the next possible key.
    if (last.has_value()) batch.DeleteRange(column_family, "", last->key + '\0');
  }
  RETURN_IF_ERROR(Write(batch, Durability::kSynced));
  for (ColumnFamily column_family : column_families) {
    rocksdb::CompactRangeOptions options;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
    const absl::Status freed =
        FromEngine(database_->engine().CompactRange(options, database_->Handle(column_family),
                                                    nullptr, nullptr),
                   "free the space of dropped data");
    // The entries are gone all the same, which is what the answer is about.
    if (!freed.ok()) {
      LogWarning("store.space_not_freed", {{"column_family", database_->Spec(column_family).name},
                                           {"status", freed.ToString()}});
    }
  }
  return absl::OkStatus();
}

const std::vector<ColumnFamilySpec>& Store::column_families() const {
  return database_->column_families();
}

}  // namespace onereturn

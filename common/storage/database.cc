#include "common/storage/database.h"

#include <rocksdb/convenience.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/status/status_macros.h"
#include "common/storage/engine_options.h"
#include "common/storage/engine_status.h"

namespace onereturn {

absl::Status WriteGate::Check() const {
  if (!closed_.load(std::memory_order_acquire)) return absl::OkStatus();
  const std::lock_guard<std::mutex> lock(mutex_);
  return error_;
}

absl::Status WriteGate::Pass(absl::Status status) {
  // Out of space is no lie about what is on disk: the engine undoes it and goes on when there is
  // space.
  if (status.ok() || absl::IsResourceExhausted(status)) return status;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (error_.ok()) error_ = std::move(status);
  closed_.store(true, std::memory_order_release);
  return error_;
}

Database::~Database() {
  if (engine_ == nullptr) return;
  rocksdb::CancelAllBackgroundWork(engine_.get(), /*wait=*/true);
  for (rocksdb::ColumnFamilyHandle* handle : handles_) {
    engine_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  }
  // Nothing acknowledged as synced hangs on a clean close, and there is nobody to tell.
  engine_->Close().PermitUncheckedError();
}

absl::Status Database::Pass(absl::Status status) const {
  if (absl::IsResourceExhausted(status) && space_ != nullptr) space_->NoteFull();
  return write_gate_->Pass(std::move(status));
}

absl::Status Database::OpenEngine(const rocksdb::DBOptions& options,
                                  const std::vector<rocksdb::ColumnFamilyDescriptor>& descriptors) {
  rocksdb::DB* engine = nullptr;
  RETURN_IF_ERROR(FromEngine(rocksdb::DB::Open(options, path_, descriptors, &handles_, &engine),
                             absl::StrCat("open the store in ", path_)));
  engine_.reset(engine);
  return absl::OkStatus();
}

absl::Status Database::AddColumnFamily(const rocksdb::ColumnFamilyOptions& options,
                                       const std::string& name) {
  rocksdb::ColumnFamilyHandle* handle = nullptr;
  RETURN_IF_ERROR(FromEngine(engine_->CreateColumnFamily(options, name, &handle),
                             absl::StrCat("add column family ", name)));
  handles_.push_back(handle);
  return absl::OkStatus();
}

absl::Status Database::PutSchema(const SchemaRecord& schema) {
  const std::string bytes = SerializeSchemaRecord(schema);
  RETURN_IF_ERROR(write_gate_->Check());
  return Pass(FromEngine(
      engine_->Put(EngineWriteOptions(Durability::kSynced), ToSlice(kSchemaKey), ToSlice(bytes)),
      "write the store's schema"));
}

absl::StatusOr<SchemaRecord> Database::GetSchema() const {
  std::string bytes;
  const rocksdb::Status status = engine_->Get(EngineReadOptions(), ToSlice(kSchemaKey), &bytes);
  if (status.IsNotFound()) {
    return absl::FailedPreconditionError(
        absl::StrCat("The store in ", path_,
                     " was never finished: making it was interrupted. Remove the folder and make "
                     "the store again."));
  }
  RETURN_IF_ERROR(FromEngine(status, absl::StrCat("read the schema of the store in ", path_)));
  return ParseSchemaRecord(bytes);
}

absl::Status Database::UseSchema(const SchemaRecord& schema) {
  for (const ColumnFamilySpec& spec : schema.column_families) {
    rocksdb::ColumnFamilyHandle* handle = HandleNamed(spec.name);
    if (handle == nullptr) {
      return absl::DataLossError(
          absl::StrCat("The store in ", path_, " has lost its column family \"", spec.name,
                       "\". Stop the service, keep the folder, and restore."));
    }
    by_place_.push_back(handle);
  }
  column_families_ = schema.column_families;
  return absl::OkStatus();
}

rocksdb::ColumnFamilyHandle* Database::HandleNamed(const std::string& name) const {
  for (rocksdb::ColumnFamilyHandle* handle : handles_) {
    if (handle->GetName() == name) return handle;
  }
  return nullptr;
}

rocksdb::ColumnFamilyHandle* Database::Handle(ColumnFamily column_family) const {
  ONERETURN_CHECK(column_family.place() < by_place_.size());
  return by_place_[column_family.place()];
}

const ColumnFamilySpec& Database::Spec(ColumnFamily column_family) const {
  Handle(column_family);  // Checks the place.
  return column_families_[column_family.place()];
}

}  // namespace onereturn

// Private to the library: every setting of the engine, with its reason.
#ifndef ONERETURN_COMMON_STORAGE_ENGINE_OPTIONS_H_
#define ONERETURN_COMMON_STORAGE_ENGINE_OPTIONS_H_

#include <rocksdb/env.h>
#include <rocksdb/options.h>

#include "common/storage/store.h"

namespace onereturn {

struct EngineOptions {
  rocksdb::DBOptions database;
  rocksdb::ColumnFamilyOptions column_family;  // The same for all.
};

// For an existing store, whose folder exists; Create() then allows making one. `env` must outlive
// the database.
EngineOptions MakeEngineOptions(const StoreOptions& options, rocksdb::Env* env);

rocksdb::WriteOptions EngineWriteOptions(Durability durability);
rocksdb::ReadOptions EngineReadOptions();

// Bytes of checksum that each change carries from the batch to the write-ahead log and the
// memtable. 8 is the only size the engine has.
inline constexpr size_t kProtectionBytes = 8;

}  // namespace onereturn

#endif  // ONERETURN_COMMON_STORAGE_ENGINE_OPTIONS_H_

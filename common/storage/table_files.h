// Private to the library: looking through the table files of an open engine.
#ifndef ONERETURN_COMMON_STORAGE_TABLE_FILES_H_
#define ONERETURN_COMMON_STORAGE_TABLE_FILES_H_

#include <rocksdb/db.h>

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"

namespace onereturn {

// As Store::VerifyTables.
absl::StatusOr<uint64_t> VerifyTableFiles(rocksdb::DB& engine,
                                          absl::FunctionRef<bool(uint64_t bytes)> go_on);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_STORAGE_TABLE_FILES_H_

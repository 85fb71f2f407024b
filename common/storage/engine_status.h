// Private to the library: what the engine's errors mean to the rest of the project.
#ifndef ONERETURN_COMMON_STORAGE_ENGINE_STATUS_H_
#define ONERETURN_COMMON_STORAGE_ENGINE_STATUS_H_

#include <rocksdb/slice.h>
#include <rocksdb/status.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace onereturn {

// OK for OK. Otherwise `doing` ("write", "open the store in /x") completes "Could not ...",
// followed by the engine's own words and what to do:
//   corruption -> DATA_LOSS, no space -> RESOURCE_EXHAUSTED, a folder locked by another process ->
//   FAILED_PRECONDITION, other I/O and a closing store -> UNAVAILABLE, not supported ->
//   UNIMPLEMENTED, not found -> NOT_FOUND, anything else -> INTERNAL.
absl::Status FromEngine(const rocksdb::Status& status, absl::string_view doing);

inline rocksdb::Slice ToSlice(absl::string_view bytes) {
  return rocksdb::Slice(bytes.data(), bytes.size());
}

inline absl::string_view FromSlice(const rocksdb::Slice& slice) {
  return absl::string_view(slice.data(), slice.size());
}

}  // namespace onereturn

#endif  // ONERETURN_COMMON_STORAGE_ENGINE_STATUS_H_

// Private to the library: what a store says about itself, under one key of the default column
// family.
//
//   key    = "schema"
//   record = format service schema-version count *(name kind)
//   format = u8 (1)   service name = string   schema-version count = u32   kind = u8
//                     ; components of key_codec.h
#ifndef ONERETURN_COMMON_STORAGE_SCHEMA_RECORD_H_
#define ONERETURN_COMMON_STORAGE_SCHEMA_RECORD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/storage/column_family.h"

namespace onereturn {

inline constexpr absl::string_view kSchemaKey = "schema";

struct SchemaRecord {
  std::string service;
  uint32_t schema_version = 0;
  std::vector<ColumnFamilySpec> column_families;
};

std::string SerializeSchemaRecord(const SchemaRecord& record);

// FAILED_PRECONDITION for a format newer than this program knows, DATA_LOSS for anything malformed.
absl::StatusOr<SchemaRecord> ParseSchemaRecord(absl::string_view bytes);

// OK if a program that wants `wanted` may open a store that says `stored`; else FAILED_PRECONDITION
// with the reason. The stored version may be older, and the stored list a beginning of the wanted
// one.
absl::Status CheckSchema(const SchemaRecord& stored, const SchemaRecord& wanted);

// INVALID_ARGUMENT unless the record can be the schema of a new store: a service name, a version,
// and column families with distinct names, none of them "default".
absl::Status CheckSchemaIsSound(const SchemaRecord& record);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_STORAGE_SCHEMA_RECORD_H_

// For the tests of this library: a service with two column families, and short ways to use it.
#ifndef ONERETURN_COMMON_STORAGE_TESTING_STORE_H_
#define ONERETURN_COMMON_STORAGE_TESTING_STORE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/storage/store.h"
#include "gtest/gtest.h"

namespace onereturn {

enum class Table : uint32_t { kFacts = 0, kFigures = 1 };

inline StoreOptions OptionsAt(std::string path, std::shared_ptr<MemoryFiles> memory_files) {
  StoreOptions options;
  options.path = std::move(path);
  options.service = "ingestion";
  options.schema_version = 2;
  options.column_families = {{"facts", ColumnFamilyKind::kPrimary},
                             {"figures", ColumnFamilyKind::kDerived}};
  options.cache_bytes = 1 << 20;
  options.small_buffers = true;
  options.memory_files = std::move(memory_files);
  return options;
}

inline StoreOptions InMemoryOptions() { return OptionsAt("/store", MemoryFiles::Create()); }

inline absl::Status PutOne(Store& store, ColumnFamily column_family, absl::string_view key,
                           absl::string_view value, Durability durability = Durability::kSynced) {
  WriteBatch batch;
  batch.Put(column_family, key, value);
  return store.Write(batch, durability);
}

using Entries = std::vector<std::pair<std::string, std::string>>;

inline Entries AllEntries(const Reader& reader, ColumnFamily column_family,
                          absl::string_view lower = "", absl::string_view upper = "") {
  Entries entries;
  const absl::Status status = reader.ForEach(
      column_family, lower, upper, [&entries](absl::string_view key, absl::string_view value) {
        entries.emplace_back(std::string(key), std::string(value));
        return true;
      });
  EXPECT_TRUE(status.ok()) << status;
  return entries;
}

}  // namespace onereturn

#endif  // ONERETURN_COMMON_STORAGE_TESTING_STORE_H_

// Derived tables in memory, for tests.
#ifndef ONERETURN_SERVICES_METRICS_DOMAIN_TESTING_MEMORY_TABLES_H_
#define ONERETURN_SERVICES_METRICS_DOMAIN_TESTING_MEMORY_TABLES_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "services/metrics/domain/derived_tables.h"

namespace onereturn::metrics {

// All rows, as a value that can be compared. Sequences that are looked up downwards lie in the maps
// ascending: the newest at or before one is what stands before upper_bound.
struct MemoryRows {
  using LeafKey = std::tuple<std::string, uint32_t, Period, std::string, uint64_t>;

  std::map<Feed, FeedCursor> cursors;
  std::map<std::pair<Feed, uint64_t>, EntryRecord> entries;
  std::map<std::pair<std::string, uint64_t>, Organisation> organisations;
  std::map<std::pair<std::string, uint64_t>, Item> items;
  std::map<std::pair<std::string, uint64_t>, Collection> collections;
  std::map<std::pair<uint64_t, uint32_t>, std::string> chunks;
  std::map<DefinitionId, DefinitionRecord> definitions;
  std::map<DefinitionId, uint64_t> backfills;
  std::map<LeafKey, Leaf> leaves;
  friend bool operator==(const MemoryRows&, const MemoryRows&) = default;
};

// One thread at a time.
class MemoryTables final : public DerivedTables {
 public:
  MemoryTables();
  ~MemoryTables() override;

  // Sees later commits: a test has one thread, and the projection reads before it writes.
  std::unique_ptr<DerivedReader> Snapshot() const override;
  std::unique_ptr<DerivedBatch> NewBatch() override;
  absl::Status Commit(std::unique_ptr<DerivedBatch> batch) override;
  absl::Status Drop() override;

  const MemoryRows& rows() const { return rows_; }

 private:
  MemoryRows rows_;
};

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_DOMAIN_TESTING_MEMORY_TABLES_H_

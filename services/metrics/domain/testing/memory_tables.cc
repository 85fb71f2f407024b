#include "services/metrics/domain/testing/memory_tables.h"

#include <algorithm>
#include <functional>
#include <optional>

namespace onereturn::metrics {
namespace {

// The newest row of a code at or before `through`.
template <typename Value>
std::optional<Value> Newest(const std::map<std::pair<std::string, uint64_t>, Value>& rows,
                            absl::string_view code, uint64_t through) {
  auto next = rows.upper_bound({std::string(code), through});
  if (next == rows.begin()) return std::nullopt;
  --next;
  if (next->first.first != code) return std::nullopt;
  return next->second;
}

class MemoryReader final : public DerivedReader {
 public:
  explicit MemoryReader(const MemoryRows& rows) : rows_(rows) {}

  absl::StatusOr<FeedCursor> Cursor(Feed feed) const override {
    const auto found = rows_.cursors.find(feed);
    return found == rows_.cursors.end() ? FeedCursor{} : found->second;
  }

  absl::StatusOr<std::optional<EntryRecord>> Entry(Feed feed, uint64_t sequence) const override {
    const auto found = rows_.entries.find({feed, sequence});
    if (found == rows_.entries.end()) return std::nullopt;
    return found->second;
  }

  absl::StatusOr<std::vector<Organisation>> Organisations(uint64_t through) const override {
    std::map<std::string, Organisation> newest;
    for (const auto& [key, organisation] : rows_.organisations) {
      if (key.second <= through) newest[key.first] = organisation;
    }
    std::vector<Organisation> organisations;
    for (auto& [code, organisation] : newest) organisations.push_back(std::move(organisation));
    return organisations;
  }

  absl::StatusOr<uint64_t> LastOrganisationChange(uint64_t through) const override {
    uint64_t last = 0;
    for (const auto& [key, organisation] : rows_.organisations) {
      if (key.second <= through) last = std::max(last, key.second);
    }
    return last;
  }

  absl::StatusOr<std::optional<Item>> FindItem(absl::string_view code,
                                               uint64_t through) const override {
    return Newest(rows_.items, code, through);
  }

  absl::StatusOr<std::optional<Collection>> FindCollection(absl::string_view code,
                                                           uint64_t through) const override {
    return Newest(rows_.collections, code, through);
  }

  absl::StatusOr<std::optional<Collection>> FindCollectionFor(absl::string_view code,
                                                              uint64_t through,
                                                              const Period& period) const override {
    std::optional<Collection> found;
    for (const auto& [place, collection] : rows_.collections) {  // The newest for it stays.
      if (place.first == code && place.second <= through && collection.IsFor(period)) {
        found = collection;
      }
    }
    return found;
  }

  absl::StatusOr<std::vector<DefinitionRecord>> Definitions() const override {
    std::vector<DefinitionRecord> records;
    for (const auto& [id, record] : rows_.definitions) records.push_back(record);
    return records;
  }

  absl::StatusOr<std::optional<DefinitionRecord>> FindDefinition(
      const DefinitionId& id) const override {
    const auto found = rows_.definitions.find(id);
    if (found == rows_.definitions.end()) return std::nullopt;
    return found->second;
  }

  absl::StatusOr<std::optional<DefinitionRecord>> NewestDefinition(
      absl::string_view code, uint64_t metrics_through) const override {
    std::optional<DefinitionRecord> newest;
    for (const auto& [id, record] : rows_.definitions) {
      if (id.code == code && record.sequence <= metrics_through) newest = record;
    }
    return newest;
  }

  absl::StatusOr<std::optional<uint64_t>> BackfillThrough(const DefinitionId& id) const override {
    const auto found = rows_.backfills.find(id);
    if (found == rows_.backfills.end()) return std::nullopt;
    return found->second;
  }

  absl::StatusOr<std::optional<LeafRecord>> FindLeaf(const DefinitionId& definition,
                                                     const Period& period,
                                                     absl::string_view organisation,
                                                     uint64_t through) const override {
    const MemoryRows::LeafKey key(definition.code, definition.version, period,
                                  std::string(organisation), through);
    auto next = rows_.leaves.upper_bound(key);
    if (next == rows_.leaves.begin()) return std::nullopt;
    --next;
    if (std::get<0>(next->first) != definition.code ||
        std::get<1>(next->first) != definition.version || std::get<2>(next->first) != period ||
        std::get<3>(next->first) != organisation) {
      return std::nullopt;
    }
    return LeafRecord{std::get<3>(next->first), std::get<4>(next->first), next->second};
  }

  absl::StatusOr<std::vector<LeafRecord>> LeavesOfPeriod(const DefinitionId& definition,
                                                         const Period& period,
                                                         uint64_t through) const override {
    std::map<std::string, LeafRecord> newest;
    const MemoryRows::LeafKey first(definition.code, definition.version, period, "", 0);
    for (auto row = rows_.leaves.lower_bound(first); row != rows_.leaves.end(); ++row) {
      const auto& [code, version, leaf_period, organisation, sequence] = row->first;
      if (code != definition.code || version != definition.version || leaf_period != period) break;
      if (sequence <= through) {
        newest[organisation] = LeafRecord{organisation, sequence, row->second};
      }
    }
    std::vector<LeafRecord> leaves;
    for (auto& [organisation, record] : newest) leaves.push_back(std::move(record));
    return leaves;
  }

  absl::StatusOr<std::vector<Period>> Periods(const DefinitionId& definition) const override {
    std::vector<Period> periods;
    for (const auto& [key, leaf] : rows_.leaves) {
      if (std::get<0>(key) != definition.code || std::get<1>(key) != definition.version) continue;
      if (periods.empty() || periods.back() != std::get<2>(key)) {
        periods.push_back(std::get<2>(key));
      }
    }
    return periods;
  }

  absl::StatusOr<std::vector<std::string>> Chunks(uint64_t sequence,
                                                  uint32_t count) const override {
    std::vector<std::string> chunks;
    for (uint32_t index = 0; index < count; ++index) {
      const auto found = rows_.chunks.find({sequence, index});
      if (found == rows_.chunks.end()) return absl::DataLossError("a chunk is not held");
      chunks.push_back(found->second);
    }
    return chunks;
  }

 private:
  const MemoryRows& rows_;
};

class MemoryBatch final : public DerivedBatch {
 public:
  void PutCursor(Feed feed, const FeedCursor& cursor) override {
    Add([=](MemoryRows* rows) { rows->cursors[feed] = cursor; });
  }
  void PutEntry(Feed feed, uint64_t sequence, const EntryRecord& entry) override {
    Add([=](MemoryRows* rows) { rows->entries.insert_or_assign({feed, sequence}, entry); });
  }
  void PutOrganisation(uint64_t sequence, const Organisation& organisation) override {
    Add([=](MemoryRows* rows) {
      rows->organisations[{organisation.code, sequence}] = organisation;
    });
  }
  void PutItem(uint64_t sequence, const Item& item) override {
    Add([=](MemoryRows* rows) { rows->items[{item.code, sequence}] = item; });
  }
  void PutCollection(uint64_t sequence, const Collection& collection) override {
    Add([=](MemoryRows* rows) { rows->collections[{collection.code, sequence}] = collection; });
  }
  void PutChunk(uint64_t sequence, uint32_t index, absl::string_view chunk) override {
    Add([=, kept = std::string(chunk)](MemoryRows* rows) {
      rows->chunks[{sequence, index}] = kept;
    });
  }
  void PutDefinition(const DefinitionRecord& record) override {
    Add([=](MemoryRows* rows) { rows->definitions[record.id()] = record; });
  }
  void PutBackfillThrough(const DefinitionId& id, uint64_t through) override {
    Add([=](MemoryRows* rows) { rows->backfills[id] = through; });
  }
  void DeleteBackfill(const DefinitionId& id) override {
    Add([=](MemoryRows* rows) { rows->backfills.erase(id); });
  }
  void PutLeaf(const LeafAddress& address, const Leaf& leaf) override {
    Add([=](MemoryRows* rows) {
      rows->leaves[{address.definition.code, address.definition.version, address.period,
                    address.organisation, address.sequence}] = leaf;
    });
  }

  void ApplyTo(MemoryRows* rows) const {
    for (const auto& change : changes_) change(rows);
  }

 private:
  void Add(std::function<void(MemoryRows*)> change) { changes_.push_back(std::move(change)); }

  std::vector<std::function<void(MemoryRows*)>> changes_;
};

}  // namespace

MemoryTables::MemoryTables() = default;
MemoryTables::~MemoryTables() = default;

std::unique_ptr<DerivedReader> MemoryTables::Snapshot() const {
  return std::make_unique<MemoryReader>(rows_);
}

std::unique_ptr<DerivedBatch> MemoryTables::NewBatch() { return std::make_unique<MemoryBatch>(); }

absl::Status MemoryTables::Commit(std::unique_ptr<DerivedBatch> batch) {
  static_cast<const MemoryBatch&>(*batch).ApplyTo(&rows_);
  return absl::OkStatus();
}

absl::Status MemoryTables::Drop() {
  rows_ = MemoryRows();
  return absl::OkStatus();
}

}  // namespace onereturn::metrics

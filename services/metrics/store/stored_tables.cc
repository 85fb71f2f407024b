#include "services/metrics/store/stored_tables.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "common/storage/key_codec.h"
#include "common/storage/write_batch.h"
#include "services/metrics/store/keys.h"
#include "services/metrics/store/metrics_family.h"
#include "services/metrics/store/records.h"

namespace onereturn::metrics {
namespace {

// After so many rows that do not count a new seek is cheaper than the next step.
constexpr int kStepsBeforeSeek = 16;

class StoredBatch final : public DerivedBatch {
 public:
  void PutCursor(Feed feed, const FeedCursor& cursor) override {
    batch_.Put(MetricsFamily::kCursors, CursorKey(feed), EncodeCursor(cursor));
  }
  void PutEntry(Feed feed, uint64_t sequence, const EntryRecord& entry) override {
    batch_.Put(MetricsFamily::kFeedEntries, FeedEntryKey(feed, sequence), EncodeEntry(entry));
  }
  void PutOrganisation(uint64_t sequence, const Organisation& organisation) override {
    PutVersioned(CatalogueTag::kOrganisation, organisation.code, sequence,
                 EncodeOrganisation(organisation));
    batch_.Put(MetricsFamily::kCatalogue, OrganisationChangeKey(sequence), "");
  }
  void PutItem(uint64_t sequence, const Item& item) override {
    PutVersioned(CatalogueTag::kItem, item.code, sequence, EncodeItem(item));
  }
  void PutCollection(uint64_t sequence, const Collection& collection) override {
    PutVersioned(CatalogueTag::kCollection, collection.code, sequence,
                 EncodeCollection(collection));
  }
  void PutChunk(uint64_t sequence, uint32_t index, absl::string_view chunk) override {
    batch_.Put(MetricsFamily::kChunks, ChunkKey(sequence, index), chunk);
  }
  void PutDefinition(const DefinitionRecord& record) override {
    batch_.Put(MetricsFamily::kDefinitions, DefinitionKey(record.id()), EncodeDefinition(record));
    batch_.Put(MetricsFamily::kDefinitions,
               AtSequence(DefinitionCodePrefix(record.definition.code), record.sequence),
               KeyWriter().U32(record.definition.version).Take());
  }
  void PutBackfillThrough(const DefinitionId& id, uint64_t through) override {
    batch_.Put(MetricsFamily::kBackfills, BackfillKey(id), KeyWriter().U64(through).Take());
  }
  void DeleteBackfill(const DefinitionId& id) override {
    batch_.Delete(MetricsFamily::kBackfills, BackfillKey(id));
  }
  void PutLeaf(const LeafAddress& address, const Leaf& leaf) override {
    const std::string prefix =
        LeavesOfOrganisationPrefix(address.definition, address.period, address.organisation);
    leaves_.emplace_back(AtSequence(prefix, address.sequence), EncodeLeaf(leaf));
  }

  // Everything put; the batch is then empty. Leaves come by return and lie by metric and period:
  // the engine takes them much faster in order of their keys, of which no two are equal.
  WriteBatch Take() {
    std::sort(leaves_.begin(), leaves_.end());
    for (const auto& [key, value] : leaves_) batch_.Put(MetricsFamily::kLeaves, key, value);
    leaves_.clear();
    return std::exchange(batch_, WriteBatch());
  }

 private:
  void PutVersioned(CatalogueTag tag, absl::string_view code, uint64_t sequence,
                    absl::string_view value) {
    batch_.Put(MetricsFamily::kCatalogue, AtSequence(CatalogueCodePrefix(tag, code), sequence),
               value);
  }

  WriteBatch batch_;
  std::vector<std::pair<std::string, std::string>> leaves_;  // Keys and values.
};

class StoredReader final : public DerivedReader {
 public:
  explicit StoredReader(onereturn::Snapshot snapshot) : snapshot_(std::move(snapshot)) {}

  absl::StatusOr<FeedCursor> Cursor(Feed feed) const override {
    ASSIGN_OR_RETURN(const auto value, snapshot_.Get(MetricsFamily::kCursors, CursorKey(feed)));
    if (!value.has_value()) return FeedCursor{};
    return DecodeCursor(*value);
  }

  absl::StatusOr<std::optional<EntryRecord>> Entry(Feed feed, uint64_t sequence) const override {
    ASSIGN_OR_RETURN(const auto value,
                     snapshot_.Get(MetricsFamily::kFeedEntries, FeedEntryKey(feed, sequence)));
    if (!value.has_value()) return std::nullopt;
    return DecodeEntry(*value);
  }

  absl::StatusOr<std::vector<Organisation>> Organisations(uint64_t through) const override {
    std::vector<Organisation> organisations;
    RETURN_IF_ERROR(ForEachNewest(
        MetricsFamily::kCatalogue, CataloguePrefix(CatalogueTag::kOrganisation), through,
        [&organisations](const VersionedKey&, absl::string_view value) -> absl::Status {
          ASSIGN_OR_RETURN(Organisation organisation, DecodeOrganisation(value));
          organisations.push_back(std::move(organisation));
          return absl::OkStatus();
        }));
    return organisations;
  }

  absl::StatusOr<uint64_t> LastOrganisationChange(uint64_t through) const override {
    const std::string prefix = CataloguePrefix(CatalogueTag::kOrganisationChange);
    ASSIGN_OR_RETURN(const auto found, NewestUnder(MetricsFamily::kCatalogue, prefix, through));
    if (!found.has_value()) return 0;
    KeyReader reader(found->key);
    RETURN_IF_ERROR(reader.Fixed(prefix.size()).status());
    return reader.DescendingU64();
  }

  absl::StatusOr<std::optional<Item>> FindItem(absl::string_view code,
                                               uint64_t through) const override {
    ASSIGN_OR_RETURN(const auto found, Newest(CatalogueTag::kItem, code, through));
    if (!found.has_value()) return std::nullopt;
    return DecodeItem(found->value);
  }

  absl::StatusOr<std::optional<Collection>> FindCollection(absl::string_view code,
                                                           uint64_t through) const override {
    ASSIGN_OR_RETURN(const auto found, Newest(CatalogueTag::kCollection, code, through));
    if (!found.has_value()) return std::nullopt;
    return DecodeCollection(found->value);
  }

  absl::StatusOr<std::optional<Collection>> FindCollectionFor(absl::string_view code,
                                                              uint64_t through,
                                                              const Period& period) const override {
    std::optional<Collection> found;
    const std::string prefix = CatalogueCodePrefix(CatalogueTag::kCollection, code);
    RETURN_IF_ERROR(snapshot_.ForEach(
        MetricsFamily::kCatalogue, AtSequence(prefix, through), PrefixUpperBound(prefix),
        [&](absl::string_view, absl::string_view value) -> absl::StatusOr<bool> {
          ASSIGN_OR_RETURN(Collection collection, DecodeCollection(value));
          if (collection.IsFor(period)) found = std::move(collection);
          return !found.has_value();
        }));
    return found;
  }

  absl::StatusOr<std::vector<DefinitionRecord>> Definitions() const override {
    std::vector<DefinitionRecord> records;
    const std::string prefix = DefinitionsPrefix();
    RETURN_IF_ERROR(snapshot_.ForEach(
        MetricsFamily::kDefinitions, prefix, PrefixUpperBound(prefix),
        [&records](absl::string_view, absl::string_view value) -> absl::StatusOr<bool> {
          ASSIGN_OR_RETURN(DefinitionRecord record, DecodeDefinition(value));
          records.push_back(std::move(record));
          return true;
        }));
    return records;
  }

  absl::StatusOr<std::optional<DefinitionRecord>> FindDefinition(
      const DefinitionId& id) const override {
    ASSIGN_OR_RETURN(const auto value,
                     snapshot_.Get(MetricsFamily::kDefinitions, DefinitionKey(id)));
    if (!value.has_value()) return std::nullopt;
    return DecodeDefinition(*value);
  }

  absl::StatusOr<std::optional<DefinitionRecord>> NewestDefinition(
      absl::string_view code, uint64_t metrics_through) const override {
    ASSIGN_OR_RETURN(const auto found, NewestUnder(MetricsFamily::kDefinitions,
                                                   DefinitionCodePrefix(code), metrics_through));
    if (!found.has_value()) return std::nullopt;
    ASSIGN_OR_RETURN(const uint32_t version, KeyReader(found->value).U32());
    return FindDefinition(DefinitionId{std::string(code), version});
  }

  absl::StatusOr<std::optional<uint64_t>> BackfillThrough(const DefinitionId& id) const override {
    ASSIGN_OR_RETURN(const auto value, snapshot_.Get(MetricsFamily::kBackfills, BackfillKey(id)));
    if (!value.has_value()) return std::nullopt;
    ASSIGN_OR_RETURN(const uint64_t through, KeyReader(*value).U64());
    return through;
  }

  absl::StatusOr<std::optional<LeafRecord>> FindLeaf(const DefinitionId& definition,
                                                     const Period& period,
                                                     absl::string_view organisation,
                                                     uint64_t through) const override {
    const std::string prefix = LeavesOfOrganisationPrefix(definition, period, organisation);
    ASSIGN_OR_RETURN(const auto found, NewestUnder(MetricsFamily::kLeaves, prefix, through));
    if (!found.has_value()) return std::nullopt;
    KeyReader reader(found->key);
    RETURN_IF_ERROR(reader.Fixed(prefix.size()).status());
    ASSIGN_OR_RETURN(const uint64_t sequence, reader.DescendingU64());
    ASSIGN_OR_RETURN(const Leaf leaf, DecodeLeaf(found->value));
    return LeafRecord{std::string(organisation), sequence, leaf};
  }

  absl::StatusOr<std::vector<LeafRecord>> LeavesOfPeriod(const DefinitionId& definition,
                                                         const Period& period,
                                                         uint64_t through) const override {
    std::vector<LeafRecord> leaves;
    RETURN_IF_ERROR(
        ForEachNewest(MetricsFamily::kLeaves, LeavesOfPeriodPrefix(definition, period), through,
                      [&leaves](const VersionedKey& key, absl::string_view value) -> absl::Status {
                        ASSIGN_OR_RETURN(const Leaf leaf, DecodeLeaf(value));
                        leaves.push_back(LeafRecord{key.text, key.sequence, leaf});
                        return absl::OkStatus();
                      }));
    return leaves;
  }

  absl::StatusOr<std::vector<Period>> Periods(const DefinitionId& definition) const override {
    const std::string prefix = LeavesPrefix(definition);
    const std::string upper = PrefixUpperBound(prefix);
    std::vector<Period> periods;
    std::string lower = prefix;
    while (true) {
      ASSIGN_OR_RETURN(const auto found, snapshot_.SeekFirst(MetricsFamily::kLeaves, lower, upper));
      if (!found.has_value()) return periods;
      ASSIGN_OR_RETURN(const KeyPeriod next, ReadPeriod(found->key, prefix.size()));
      periods.push_back(next.period);
      lower = PrefixUpperBound(absl::string_view(found->key).substr(0, prefix.size() + next.bytes));
    }
  }

  absl::StatusOr<std::vector<std::string>> Chunks(uint64_t sequence,
                                                  uint32_t count) const override {
    std::vector<std::string> keys;
    for (uint32_t index = 0; index < count; ++index) keys.push_back(ChunkKey(sequence, index));
    ASSIGN_OR_RETURN(auto values, snapshot_.MultiGet(MetricsFamily::kChunks, keys));
    std::vector<std::string> chunks;
    for (std::optional<std::string>& value : values) {
      if (!value.has_value()) {
        return absl::DataLossError(absl::StrCat("the cells of entry ", sequence,
                                                " are not all held: rebuild what is derived"));
      }
      chunks.push_back(*std::move(value));
    }
    return chunks;
  }

 private:
  // The row under `prefix`, which a sequence follows, with the greatest sequence up to `through`.
  absl::StatusOr<std::optional<StoredEntry>> NewestUnder(ColumnFamily family,
                                                         const std::string& prefix,
                                                         uint64_t through) const {
    return snapshot_.SeekFirst(family, AtSequence(prefix, through), PrefixUpperBound(prefix));
  }

  absl::StatusOr<std::optional<StoredEntry>> Newest(CatalogueTag tag, absl::string_view code,
                                                    uint64_t through) const {
    return NewestUnder(MetricsFamily::kCatalogue, CatalogueCodePrefix(tag, code), through);
  }

  // Of every text that follows `prefix`, the row with the greatest sequence up to `through`.
  absl::Status ForEachNewest(
      ColumnFamily family, const std::string& prefix, uint64_t through,
      absl::FunctionRef<absl::Status(const VersionedKey& key, absl::string_view value)> visit)
      const {
    const std::string upper = PrefixUpperBound(prefix);
    onereturn::Cursor cursor = snapshot_.Scan(family, prefix, upper);
    std::string taken;  // The part of the key before the sequence whose newest row was visited.
    int steps = 0;      // Since the last row that counted.
    while (true) {
      ASSIGN_OR_RETURN(const bool found, cursor.Next());
      if (!found) return absl::OkStatus();
      const absl::string_view key = cursor.key();
      if (key.size() < prefix.size() + sizeof(uint64_t)) {
        return absl::DataLossError("a stored key is too short: rebuild what is derived");
      }
      const absl::string_view group = key.substr(0, key.size() - sizeof(uint64_t));
      const bool done = !taken.empty() && group == taken;
      if (!done) {
        ASSIGN_OR_RETURN(const VersionedKey versioned, ReadVersionedKey(key, prefix.size()));
        if (versioned.sequence <= through) {
          RETURN_IF_ERROR(visit(versioned, cursor.value()));
          taken = std::string(group);
          steps = 0;
          continue;
        }
      }
      if (++steps < kStepsBeforeSeek) continue;
      steps = 0;
      cursor = snapshot_.Scan(family, done ? PrefixUpperBound(group) : AtSequence(group, through),
                              upper);
    }
  }

  onereturn::Snapshot snapshot_;
};

}  // namespace

std::unique_ptr<DerivedReader> StoredTables::Snapshot() const {
  return std::make_unique<StoredReader>(store_->TakeSnapshot());
}

std::unique_ptr<DerivedBatch> StoredTables::NewBatch() { return std::make_unique<StoredBatch>(); }

absl::Status StoredTables::Commit(std::unique_ptr<DerivedBatch> batch) {
  return store_->Write(static_cast<StoredBatch&>(*batch).Take(), Durability::kUnsynced);
}

absl::StatusOr<DerivedHash> StoredTables::Hash() const {
  const onereturn::Snapshot snapshot = store_->TakeSnapshot();
  ASSIGN_OR_RETURN(const auto backfill, snapshot.SeekFirst(MetricsFamily::kBackfills, "", ""));
  if (backfill.has_value()) {
    return Error(Reason::kNotCaughtUp,
                 "the figures of a metric are still being computed: ask again shortly");
  }
  DerivedHash hash;
  for (const Feed feed : {Feed::kIngestion, Feed::kMetrics}) {
    ASSIGN_OR_RETURN(const auto value, snapshot.Get(MetricsFamily::kCursors, CursorKey(feed)));
    if (!value.has_value()) continue;
    ASSIGN_OR_RETURN((feed == Feed::kIngestion ? hash.ingestion : hash.metrics),
                     DecodeCursor(*value));
  }
  ASSIGN_OR_RETURN(hash.digest, snapshot.ContentHash(HashedFamilies()));
  return hash;
}

absl::Status StoredTables::Drop() { return store_->DropColumnFamilyContents(DerivedFamilies()); }

}  // namespace onereturn::metrics

// The typed tables that hold what metrics derives from the two feeds it follows: ingestion's and
// its own. Everything here can be dropped and computed again from the feeds. The projection is the
// only writer; it and the reads see these interfaces alone, so that both run on memory in tests and
// on disk in production.
//
// Nothing is ever overwritten by a later fact: every row carries the sequence of the fact it came
// from, and a read names the sequence up to which it looks. So a read at a position gives the same
// answer whatever has arrived since.
#ifndef ONERETURN_SERVICES_METRICS_DOMAIN_DERIVED_TABLES_H_
#define ONERETURN_SERVICES_METRICS_DOMAIN_DERIVED_TABLES_H_

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/metrics/domain/catalogue.h"
#include "services/metrics/domain/leaf.h"
#include "services/metrics/domain/metric_definition.h"

namespace onereturn::metrics {

// The feeds that metrics follows. Stored in keys: never renumber.
enum class Feed : uint8_t { kIngestion = 1, kMetrics = 2 };

inline absl::string_view NameOfFeed(Feed feed) {
  return feed == Feed::kIngestion ? "ingestion" : "metrics";
}

// How far a feed has been taken in. All zero: nothing yet.
struct FeedCursor {
  uint64_t epoch = 0;
  uint64_t sequence = 0;
  int64_t through_time_micros = 0;  // The source's promise: no later entry is earlier than this.
  std::string frontier;             // Of the source's ledger; not interpreted here.
  bool caught_up = false;           // The sequence was the source's newest when it said so.
  friend bool operator==(const FeedCursor&, const FeedCursor&) = default;
};

// Which return an entry brought.
struct ReturnHead {
  std::string organisation;
  std::string collection;
  Period period;
  uint32_t revision = 0;
  uint32_t chunk_count = 0;
  friend bool operator==(const ReturnHead&, const ReturnHead&) = default;
};

// What is kept of every entry of a feed.
struct EntryRecord {
  uint64_t epoch = 0;
  int64_t time_micros = 0;
  std::optional<ReturnHead> accepted_return;  // Absent for every other kind.
  friend bool operator==(const EntryRecord&, const EntryRecord&) = default;
};

struct DefinitionId {
  std::string code;
  uint32_t version = 0;
  friend auto operator<=>(const DefinitionId&, const DefinitionId&) = default;
  friend bool operator==(const DefinitionId&, const DefinitionId&) = default;
};

struct DefinitionRecord {
  MetricDefinition definition;
  uint64_t sequence = 0;  // In metrics' own feed.
  friend bool operator==(const DefinitionRecord&, const DefinitionRecord&) = default;

  DefinitionId id() const { return {definition.code, definition.version}; }
};

// Where a leaf stands. `sequence` is that of the return in ingestion's feed.
struct LeafAddress {
  DefinitionId definition;
  Period period;
  std::string organisation;
  uint64_t sequence = 0;
};

struct LeafRecord {
  std::string organisation;
  uint64_t sequence = 0;
  Leaf leaf;
  friend bool operator==(const LeafRecord&, const LeafRecord&) = default;
};

// One consistent state of the tables. Errors of every function: DATA_LOSS for damaged data,
// UNAVAILABLE for a failed read. `through` is the last sequence of ingestion's feed that is looked
// at.
class DerivedReader {
 public:
  virtual ~DerivedReader() = default;

  virtual absl::StatusOr<FeedCursor> Cursor(Feed feed) const = 0;
  virtual absl::StatusOr<std::optional<EntryRecord>> Entry(Feed feed, uint64_t sequence) const = 0;

  // The newest definition of each, in order of code.
  virtual absl::StatusOr<std::vector<Organisation>> Organisations(uint64_t through) const = 0;
  // The sequence of the newest definition of any organisation; 0 when there is none. Equal answers
  // mean equal organisations.
  virtual absl::StatusOr<uint64_t> LastOrganisationChange(uint64_t through) const = 0;
  virtual absl::StatusOr<std::optional<Item>> FindItem(absl::string_view code,
                                                       uint64_t through) const = 0;
  virtual absl::StatusOr<std::optional<Collection>> FindCollection(absl::string_view code,
                                                                   uint64_t through) const = 0;
  // The newest version that is for the period; nullopt where none is.
  virtual absl::StatusOr<std::optional<Collection>> FindCollectionFor(
      absl::string_view code, uint64_t through, const Period& period) const = 0;

  // Every version of every metric, in order of (code, version).
  virtual absl::StatusOr<std::vector<DefinitionRecord>> Definitions() const = 0;
  virtual absl::StatusOr<std::optional<DefinitionRecord>> FindDefinition(
      const DefinitionId& id) const = 0;
  // The newest version of a code that was defined at or before `metrics_through` in metrics' own
  // feed.
  virtual absl::StatusOr<std::optional<DefinitionRecord>> NewestDefinition(
      absl::string_view code, uint64_t metrics_through) const = 0;
  // The sequence of ingestion's feed up to which the leaves of a definition are there while it is
  // being backfilled; nullopt once it keeps up with the cursor.
  virtual absl::StatusOr<std::optional<uint64_t>> BackfillThrough(const DefinitionId& id) const = 0;

  // The newest leaf of one organisation in one period.
  virtual absl::StatusOr<std::optional<LeafRecord>> FindLeaf(const DefinitionId& definition,
                                                             const Period& period,
                                                             absl::string_view organisation,
                                                             uint64_t through) const = 0;
  // The newest leaf of every organisation in one period, in order of organisation.
  virtual absl::StatusOr<std::vector<LeafRecord>> LeavesOfPeriod(const DefinitionId& definition,
                                                                 const Period& period,
                                                                 uint64_t through) const = 0;
  // Every period that has a leaf at any sequence, in order.
  virtual absl::StatusOr<std::vector<Period>> Periods(const DefinitionId& definition) const = 0;

  // The cell chunks of the return that came with this entry, in order. DATA_LOSS when fewer than
  // `count` are held.
  virtual absl::StatusOr<std::vector<std::string>> Chunks(uint64_t sequence,
                                                          uint32_t count) const = 0;
};

// Changes that take effect together or not at all.
class DerivedBatch {
 public:
  virtual ~DerivedBatch() = default;

  virtual void PutCursor(Feed feed, const FeedCursor& cursor) = 0;
  virtual void PutEntry(Feed feed, uint64_t sequence, const EntryRecord& entry) = 0;
  virtual void PutOrganisation(uint64_t sequence, const Organisation& organisation) = 0;
  virtual void PutItem(uint64_t sequence, const Item& item) = 0;
  virtual void PutCollection(uint64_t sequence, const Collection& collection) = 0;
  virtual void PutChunk(uint64_t sequence, uint32_t index, absl::string_view chunk) = 0;
  virtual void PutDefinition(const DefinitionRecord& record) = 0;
  virtual void PutBackfillThrough(const DefinitionId& id, uint64_t through) = 0;
  virtual void DeleteBackfill(const DefinitionId& id) = 0;
  virtual void PutLeaf(const LeafAddress& address, const Leaf& leaf) = 0;
};

class DerivedTables {
 public:
  virtual ~DerivedTables() = default;

  // The state as it is now, fixed. Short-lived.
  virtual std::unique_ptr<DerivedReader> Snapshot() const = 0;
  virtual std::unique_ptr<DerivedBatch> NewBatch() = 0;
  // An error means that nothing of the batch is there now; after a restart it may be.
  virtual absl::Status Commit(std::unique_ptr<DerivedBatch> batch) = 0;
  // Empties every table at once. After an error it is unknown whether they are empty.
  virtual absl::Status Drop() = 0;
};

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_DOMAIN_DERIVED_TABLES_H_

// Keeps the derived tables: takes facts from the two feeds, computes leaves, and backfills
// definitions that came after returns they apply to.
//
// What the tables hold is a function of the two cursors alone once no backfill is under way, in
// whatever order facts of the two feeds arrived, however they were grouped, and whatever was lost
// and taken again in between.
#ifndef ONERETURN_SERVICES_METRICS_DOMAIN_PROJECTION_H_
#define ONERETURN_SERVICES_METRICS_DOMAIN_PROJECTION_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "services/metrics/domain/derived_tables.h"
#include "services/metrics/domain/facts.h"
#include "services/metrics/domain/leaf_program.h"

namespace onereturn::metrics {

// What the source says beside the facts; stored with the cursor.
struct CursorNote {
  uint64_t epoch = 0;  // The source's epoch now; entries keep the one they were accepted in.
  int64_t through_time_micros = 0;
  std::string frontier;
  bool caught_up = false;  // The last fact was the source's newest.
};

// The only writer of its tables. One thread at a time.
class Projection {
 public:
  // Reads where the tables stand. `tables` must outlive the projection.
  static absl::StatusOr<std::unique_ptr<Projection>> Open(DerivedTables* tables);

  // Takes the facts that follow the feed's cursor, all in one batch with the new cursor.
  // FEED_BROKEN, and nothing is taken, when the sequences are not the next ones, an epoch or a time
  // goes back, or a return's chunks cannot be read. EPOCH_CHANGED when the source was restored
  // since: everything derived must be dropped and taken again. After any error of the tables the
  // projection must be opened anew.
  absl::Status Apply(Feed feed, absl::Span<const Fact> facts, const CursorNote& note);

  // Notes what a heartbeat says: nothing later is earlier than its time. The frontier stays as it
  // is. EPOCH_CHANGED as above.
  absl::Status ApplyHeartbeat(Feed feed, const CursorNote& note);

  // Computes leaves of one definition that lags behind, from at most `entry_limit` entries and
  // until `cell_bytes` of chunks were read, and commits them. False: nothing lags.
  absl::StatusOr<bool> BackfillStep(size_t entry_limit, size_t cell_bytes);

  const FeedCursor& cursor(Feed feed) const {
    return feed == Feed::kIngestion ? ingestion_ : metrics_;
  }

 private:
  // A definition, and up to where its leaves are there; nullopt: up to the cursor.
  struct Tracked {
    DefinitionRecord record;
    std::optional<uint64_t> backfilled_through;
  };

  explicit Projection(DerivedTables* tables) : tables_(tables) {}

  absl::Status CheckEpoch(Feed feed, uint64_t epoch) const;
  absl::Status CheckOrder(Feed feed, absl::Span<const Fact> facts) const;
  absl::Status TakeFact(Feed feed, const Fact& fact, DerivedBatch* batch,
                        std::vector<Tracked>* defined);
  // Definitions of one collection, ready to be computed together.
  struct Prepared {
    explicit Prepared(const std::vector<const MetricDefinition*>& definitions);
    std::vector<DefinitionId> ids;
    LeafProgram program;
  };

  // The definitions of a collection that do not lag behind.
  const Prepared& PreparedFor(const std::string& collection);
  // Adds the leaves of the definitions over one return.
  static absl::Status AddLeaves(const Prepared& prepared, const ReturnHead& head,
                                const std::vector<std::string>& chunks, uint64_t sequence,
                                DerivedBatch* batch);
  absl::Status TakeReturn(const Fact& fact, const AcceptedReturn& accepted, DerivedBatch* batch);
  absl::StatusOr<uint64_t> BackfillEntries(const Tracked& tracked, size_t entry_limit,
                                           size_t cell_bytes, DerivedBatch* batch) const;

  DerivedTables* const tables_;
  FeedCursor ingestion_;
  FeedCursor metrics_;
  int64_t last_time_micros_[2] = {0,
                                  0};  // Of the newest entry of ingestion's and of metrics' feed.
  std::vector<Tracked> definitions_;
  std::map<std::string, Prepared> prepared_;  // By collection; made anew when definitions change.
};

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_DOMAIN_PROJECTION_H_

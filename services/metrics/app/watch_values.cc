#include "services/metrics/app/watch_values.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn::metrics {
namespace {

// Entries of a feed that one answer goes further.
constexpr uint64_t kEntriesAStep = 256;

using ChangedKey = std::tuple<std::string, Period, std::string>;  // Metric, period, organisation.

// What returns in (from, through] changed.
absl::StatusOr<std::set<ChangedKey>> ChangedByReturns(
    const DerivedReader& reader, const std::vector<DefinitionRecord>& definitions, uint64_t from,
    uint64_t through) {
  std::set<ChangedKey> changed;
  for (uint64_t sequence = from + 1; sequence <= through; ++sequence) {
    ASSIGN_OR_RETURN(const std::optional<EntryRecord> entry,
                     reader.Entry(Feed::kIngestion, sequence));
    if (!entry.has_value() || !entry->accepted_return.has_value()) continue;
    const ReturnHead& head = *entry->accepted_return;
    for (const DefinitionRecord& record : definitions) {
      if (record.definition.collection != head.collection) continue;
      changed.emplace(record.definition.code, head.period, head.organisation);
    }
  }
  return changed;
}

// Everything of the definitions that became the newest in (from, through] of metrics' feed.
absl::StatusOr<std::set<ChangedKey>> ChangedByDefinitions(
    const DerivedReader& reader, const std::vector<DefinitionRecord>& definitions, uint64_t from,
    uint64_t ingestion_through) {
  std::set<ChangedKey> changed;
  for (const DefinitionRecord& record : definitions) {
    if (record.sequence <= from) continue;
    ASSIGN_OR_RETURN(const std::vector<Period> periods, reader.Periods(record.id()));
    for (const Period& period : periods) {
      ASSIGN_OR_RETURN(const std::vector<LeafRecord> leaves,
                       reader.LeavesOfPeriod(record.id(), period, ingestion_through));
      for (const LeafRecord& leaf : leaves) {
        changed.emplace(record.definition.code, period, leaf.organisation);
      }
    }
  }
  return changed;
}

bool IsBeingComputed(const absl::Status& status) {
  return !status.ok() && DetailsOf(status).has_value() && ReasonOf(status) == Reason::kNotCaughtUp;
}

// The definitions of one metric, or of all, in order of code and version.
absl::StatusOr<std::vector<DefinitionRecord>> DefinitionsOf(const DerivedReader& reader,
                                                            absl::string_view metric) {
  ASSIGN_OR_RETURN(std::vector<DefinitionRecord> definitions, reader.Definitions());
  if (metric.empty()) return definitions;
  definitions.erase(std::remove_if(definitions.begin(), definitions.end(),
                                   [metric](const DefinitionRecord& record) {
                                     return record.definition.code != metric;
                                   }),
                    definitions.end());
  return definitions;
}

// How far metrics' feed can be told of, from `from`: up to the first definition whose leaves do not
// reach `ingestion_through` yet.
absl::StatusOr<uint64_t> ComputedThrough(const DerivedReader& reader,
                                         const std::vector<DefinitionRecord>& definitions,
                                         uint64_t from, uint64_t newest,
                                         uint64_t ingestion_through) {
  uint64_t through = newest;
  for (const DefinitionRecord& record : definitions) {
    if (record.sequence <= from || record.sequence > through) continue;
    ASSIGN_OR_RETURN(const std::optional<uint64_t> backfilled, reader.BackfillThrough(record.id()));
    if (backfilled.has_value() && *backfilled < ingestion_through) through = record.sequence - 1;
  }
  return through;
}

// The newest version of each in force after `metrics_through`.
std::vector<DefinitionRecord> NewestAt(const std::vector<DefinitionRecord>& definitions,
                                       uint64_t metrics_through) {
  std::vector<DefinitionRecord> newest;
  for (const DefinitionRecord& record : definitions) {
    if (record.sequence > metrics_through) continue;
    if (!newest.empty() && newest.back().definition.code == record.definition.code) {
      newest.back() = record;
    } else {
      newest.push_back(record);
    }
  }
  return newest;
}

}  // namespace

absl::StatusOr<ChangedValues> ChangesAfter(const DerivedReader& reader, const Position& from,
                                           absl::string_view metric) {
  ASSIGN_OR_RETURN(const Position newest, ResolvePosition(reader, {}));
  ASSIGN_OR_RETURN(const std::vector<DefinitionRecord> all, DefinitionsOf(reader, metric));
  ChangedValues changes;
  changes.through = newest;
  uint64_t& ingestion_through = changes.through.ingestion.sequence;
  uint64_t& metrics_through = changes.through.metrics.sequence;
  ingestion_through = std::min(newest.ingestion.sequence, from.ingestion.sequence + kEntriesAStep);
  // Both feeds move in one step, so that neither waits for the other to come to its end. A
  // definition that is being computed holds up its own feed alone.
  ASSIGN_OR_RETURN(metrics_through, ComputedThrough(reader, all, from.metrics.sequence,
                                                    newest.metrics.sequence, ingestion_through));
  if (changes.through == from && metrics_through < newest.metrics.sequence) {
    return Error(Reason::kNotCaughtUp, "the figures of a new definition are being computed");
  }

  const std::vector<DefinitionRecord> definitions = NewestAt(all, metrics_through);
  ASSIGN_OR_RETURN(
      std::set<ChangedKey> changed,
      ChangedByReturns(reader, definitions, from.ingestion.sequence, ingestion_through));
  ASSIGN_OR_RETURN(
      std::set<ChangedKey> defined,
      ChangedByDefinitions(reader, definitions, from.metrics.sequence, ingestion_through));
  changed.merge(defined);
  MetricReader at(&reader, changes.through);
  for (const auto& [code, period, organisation] : changed) {
    ASSIGN_OR_RETURN(DefinitionRecord record, at.Definition(code, 0));
    absl::StatusOr<MetricValue> value = at.Value(record.definition, organisation, period);
    // A provider whose definition has not come yet has no name to show: its value comes with its
    // next return.
    if (!value.ok() && value.status().code() == absl::StatusCode::kNotFound) continue;
    RETURN_IF_ERROR(value.status());
    changes.values.push_back(ChangedValue{std::move(record.definition), *std::move(value)});
  }
  return changes;
}

namespace {

// What a watch has told, and when.
class Teller {
 public:
  Teller(const Clock* clock, absl::FunctionRef<bool(const WatchMessage&)> tell)
      : clock_(clock), tell_(tell) {}

  // How long the watch may stay silent still; 0 when it has told nothing yet.
  int64_t SilenceLeftMicros() const {
    if (!begun_) return 0;
    const int64_t silent_micros = clock_->Now().micros - last_.micros;
    return std::clamp<int64_t>(kWatchHeartbeatMicros - silent_micros, 0, kWatchHeartbeatMicros);
  }

  // Tells what changed since the last message; `from` counts only for the first.
  bool Tell(const Position& from, ChangedValues changes) {
    if (!begun_) told_ = from;
    WatchMessage message{told_, told_, {}};
    for (size_t i = 0; i < changes.values.size(); ++i) {
      message.values.push_back(std::move(changes.values[i]));
      if (message.values.size() < kValuesAMessage || i + 1 == changes.values.size()) continue;
      if (!tell_(message)) return false;
      message.values.clear();
    }
    message.through = changes.through;
    told_ = changes.through;
    begun_ = true;
    last_ = clock_->Now();
    return tell_(message);
  }

 private:
  const Clock* const clock_;
  absl::FunctionRef<bool(const WatchMessage&)> tell_;
  bool begun_ = false;
  Timestamp last_;
  Position told_;
};

}  // namespace

absl::Status WatchValues(const DerivedTables& tables, const ReadGate& reads, const Clock& clock,
                         const WatchWish& wish, absl::FunctionRef<bool()> cancelled,
                         absl::FunctionRef<bool(const WatchMessage&)> tell) {
  Teller teller(&clock, tell);
  RequestedPosition place = wish.after;
  while (!cancelled()) {
    if (reads.draining()) return Error(Reason::kDraining, "the service is shutting down");
    // The count is taken before the state, so that no change between the two is slept through.
    const uint64_t seen = reads.WaitForProgress(UINT64_MAX, 0);
    const std::unique_ptr<DerivedReader> reader = tables.Snapshot();
    ASSIGN_OR_RETURN(const Position from, ResolvePosition(*reader, place));
    absl::StatusOr<ChangedValues> changes = ChangesAfter(*reader, from, wish.metric);
    if (IsBeingComputed(changes.status())) changes = ChangedValues{{}, from};
    RETURN_IF_ERROR(changes.status());
    const Position through = changes->through;
    if (!changes->values.empty() || teller.SilenceLeftMicros() == 0) {
      if (!teller.Tell(from, *std::move(changes))) return absl::OkStatus();
    }
    if (through == from) reads.WaitForProgress(seen, teller.SilenceLeftMicros());
    place = RequestedPosition{through.ingestion, through.metrics};
  }
  return absl::OkStatus();
}

}  // namespace onereturn::metrics

#include "services/metrics/app/watch_values.h"

#include <algorithm>
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

}  // namespace

absl::StatusOr<ChangedValues> ChangesAfter(const DerivedReader& reader, const Position& from,
                                           absl::string_view metric) {
  ASSIGN_OR_RETURN(const Position newest, ResolvePosition(reader, {}));
  ChangedValues changes;
  // One feed at a time: first returns under the definitions already known, then new definitions.
  const bool returns = from.ingestion.sequence < newest.ingestion.sequence;
  changes.through = newest;
  changes.through.ingestion.sequence =
      std::min(newest.ingestion.sequence, from.ingestion.sequence + kEntriesAStep);
  if (returns) changes.through.metrics.sequence = from.metrics.sequence;

  MetricReader at(&reader, changes.through);
  ASSIGN_OR_RETURN(std::vector<DefinitionRecord> definitions, at.Definitions());
  if (!metric.empty()) {
    definitions.erase(std::remove_if(definitions.begin(), definitions.end(),
                                     [metric](const DefinitionRecord& record) {
                                       return record.definition.code != metric;
                                     }),
                      definitions.end());
  }
  std::set<ChangedKey> changed;
  if (returns) {
    ASSIGN_OR_RETURN(changed, ChangedByReturns(reader, definitions, from.ingestion.sequence,
                                               changes.through.ingestion.sequence));
  } else if (from.metrics.sequence < newest.metrics.sequence) {
    for (const DefinitionRecord& record : definitions) {
      if (record.sequence <= from.metrics.sequence) continue;
      RETURN_IF_ERROR(at.Definition(record.definition.code, 0).status());
    }
    ASSIGN_OR_RETURN(changed, ChangedByDefinitions(reader, definitions, from.metrics.sequence,
                                                   changes.through.ingestion.sequence));
  }
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

}  // namespace onereturn::metrics

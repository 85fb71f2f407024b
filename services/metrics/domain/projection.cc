#include "services/metrics/domain/projection.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn::metrics {
namespace {

size_t IndexOf(Feed feed) { return feed == Feed::kIngestion ? 0 : 1; }

absl::StatusOr<int64_t> TimeOfLast(const DerivedReader& reader, Feed feed, uint64_t sequence) {
  if (sequence == 0) return 0;
  ASSIGN_OR_RETURN(const std::optional<EntryRecord> entry, reader.Entry(feed, sequence));
  if (!entry.has_value()) {
    return Error(Reason::kFeedBroken, absl::StrCat("the newest entry taken from ", NameOfFeed(feed),
                                                   " is not held: rebuild what is derived"));
  }
  return entry->time_micros;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Projection>> Projection::Open(DerivedTables* tables) {
  std::unique_ptr<Projection> projection(new Projection(tables));
  const std::unique_ptr<DerivedReader> reader = tables->Snapshot();
  for (const Feed feed : {Feed::kIngestion, Feed::kMetrics}) {
    FeedCursor& cursor = feed == Feed::kIngestion ? projection->ingestion_ : projection->metrics_;
    ASSIGN_OR_RETURN(cursor, reader->Cursor(feed));
    ASSIGN_OR_RETURN(projection->last_time_micros_[IndexOf(feed)],
                     TimeOfLast(*reader, feed, cursor.sequence));
  }
  ASSIGN_OR_RETURN(std::vector<DefinitionRecord> records, reader->Definitions());
  for (DefinitionRecord& record : records) {
    ASSIGN_OR_RETURN(const std::optional<uint64_t> through, reader->BackfillThrough(record.id()));
    projection->definitions_.push_back(Tracked{std::move(record), through});
  }
  return projection;
}

absl::Status Projection::CheckEpoch(Feed feed, uint64_t epoch) const {
  const FeedCursor& held = cursor(feed);
  if (held.epoch == 0 || held.epoch == epoch) return absl::OkStatus();
  return Error(Reason::kEpochChanged,
               absl::StrCat(NameOfFeed(feed), " is in epoch ", epoch, " and epoch ", held.epoch,
                            " was followed: drop what is derived and take its feed again"));
}

absl::Status Projection::CheckOrder(Feed feed, absl::Span<const Fact> facts) const {
  uint64_t sequence = cursor(feed).sequence;
  uint64_t epoch = 0;
  int64_t time_micros = last_time_micros_[IndexOf(feed)];
  for (const Fact& fact : facts) {
    if (fact.sequence != sequence + 1) {
      return Error(Reason::kFeedBroken,
                   absl::StrCat("entry ", sequence + 1, " was expected and entry ", fact.sequence,
                                " came: the feed has a gap"));
    }
    if (fact.epoch < epoch || fact.time_micros < time_micros) {
      return Error(Reason::kFeedBroken,
                   absl::StrCat("entry ", fact.sequence, " goes back in epoch or time"));
    }
    sequence = fact.sequence;
    epoch = fact.epoch;
    time_micros = fact.time_micros;
  }
  return absl::OkStatus();
}

absl::Status Projection::Apply(Feed feed, absl::Span<const Fact> facts, const CursorNote& note) {
  FeedCursor& cursor = feed == Feed::kIngestion ? ingestion_ : metrics_;
  RETURN_IF_ERROR(CheckEpoch(feed, note.epoch));
  RETURN_IF_ERROR(CheckOrder(feed, facts));
  if (facts.empty()) return absl::OkStatus();
  std::unique_ptr<DerivedBatch> batch = tables_->NewBatch();
  std::vector<Tracked> defined;
  for (const Fact& fact : facts) RETURN_IF_ERROR(TakeFact(feed, fact, batch.get(), &defined));
  FeedCursor next;
  next.epoch = note.epoch;
  next.sequence = facts.back().sequence;
  next.through_time_micros = std::max(note.through_time_micros, facts.back().time_micros);
  next.frontier = note.frontier;
  next.caught_up = note.caught_up;
  batch->PutCursor(feed, next);
  RETURN_IF_ERROR(tables_->Commit(std::move(batch)));
  // Only now, so that a lost batch leaves no trace here either.
  cursor = std::move(next);
  last_time_micros_[IndexOf(feed)] = facts.back().time_micros;
  for (Tracked& tracked : defined) definitions_.push_back(std::move(tracked));
  if (!defined.empty()) prepared_.clear();
  return absl::OkStatus();
}

absl::Status Projection::ApplyHeartbeat(Feed feed, const CursorNote& note) {
  RETURN_IF_ERROR(CheckEpoch(feed, note.epoch));
  FeedCursor& cursor = feed == Feed::kIngestion ? ingestion_ : metrics_;
  FeedCursor next = cursor;
  next.epoch = note.epoch;
  next.through_time_micros = std::max(cursor.through_time_micros, note.through_time_micros);
  next.caught_up = note.caught_up;
  if (next == cursor) return absl::OkStatus();
  std::unique_ptr<DerivedBatch> batch = tables_->NewBatch();
  batch->PutCursor(feed, next);
  RETURN_IF_ERROR(tables_->Commit(std::move(batch)));
  cursor = std::move(next);
  return absl::OkStatus();
}

absl::Status Projection::TakeFact(Feed feed, const Fact& fact, DerivedBatch* batch,
                                  std::vector<Tracked>* defined) {
  EntryRecord entry;
  entry.epoch = fact.epoch;
  entry.time_micros = fact.time_micros;
  if (feed == Feed::kMetrics) {
    if (const auto* definition = std::get_if<MetricDefinition>(&fact.content)) {
      Tracked tracked{DefinitionRecord{*definition, fact.sequence}, std::nullopt};
      batch->PutDefinition(tracked.record);
      if (ingestion_.sequence > 0) {
        tracked.backfilled_through = 0;
        batch->PutBackfillThrough(tracked.record.id(), 0);
      }
      defined->push_back(std::move(tracked));
    }
  } else if (const auto* organisation = std::get_if<Organisation>(&fact.content)) {
    batch->PutOrganisation(fact.sequence, *organisation);
  } else if (const auto* item = std::get_if<Item>(&fact.content)) {
    batch->PutItem(fact.sequence, *item);
  } else if (const auto* collection = std::get_if<Collection>(&fact.content)) {
    batch->PutCollection(fact.sequence, *collection);
  } else if (const auto* accepted = std::get_if<AcceptedReturn>(&fact.content)) {
    entry.accepted_return =
        ReturnHead{accepted->organisation, accepted->collection, accepted->period,
                   accepted->revision, static_cast<uint32_t>(accepted->chunks.size())};
    RETURN_IF_ERROR(TakeReturn(fact, *accepted, batch));
  }
  batch->PutEntry(feed, fact.sequence, entry);
  return absl::OkStatus();
}

absl::Status Projection::TakeReturn(const Fact& fact, const AcceptedReturn& accepted,
                                    DerivedBatch* batch) {
  for (size_t i = 0; i < accepted.chunks.size(); ++i) {
    batch->PutChunk(fact.sequence, static_cast<uint32_t>(i), accepted.chunks[i]);
  }
  const ReturnHead head{accepted.organisation, accepted.collection, accepted.period,
                        accepted.revision, static_cast<uint32_t>(accepted.chunks.size())};
  return AddLeaves(PreparedFor(accepted.collection), head, accepted.chunks, fact.sequence, batch);
}

Projection::Prepared::Prepared(const std::vector<const MetricDefinition*>& definitions)
    : program(definitions) {
  for (const MetricDefinition* definition : definitions) {
    ids.push_back(DefinitionId{definition->code, definition->version});
  }
}

const Projection::Prepared& Projection::PreparedFor(const std::string& collection) {
  const auto known = prepared_.find(collection);
  if (known != prepared_.end()) return known->second;
  std::vector<const MetricDefinition*> definitions;
  for (const Tracked& tracked : definitions_) {
    // One that lags takes returns in its turn.
    if (tracked.backfilled_through.has_value()) continue;
    if (tracked.record.definition.collection != collection) continue;
    definitions.push_back(&tracked.record.definition);
  }
  return prepared_.emplace(collection, Prepared(definitions)).first->second;
}

absl::Status Projection::AddLeaves(const Prepared& prepared, const ReturnHead& head,
                                   const std::vector<std::string>& chunks, uint64_t sequence,
                                   DerivedBatch* batch) {
  ASSIGN_OR_RETURN(const std::vector<Leaf> leaves, prepared.program.Run(chunks, head.revision));
  for (size_t i = 0; i < leaves.size(); ++i) {
    batch->PutLeaf(LeafAddress{prepared.ids[i], head.period, head.organisation, sequence},
                   leaves[i]);
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Projection::BackfillStep(size_t entry_limit, size_t cell_bytes) {
  const auto tracked = std::find_if(
      definitions_.begin(), definitions_.end(),
      [](const Tracked& candidate) { return candidate.backfilled_through.has_value(); });
  if (tracked == definitions_.end()) return false;
  std::unique_ptr<DerivedBatch> batch = tables_->NewBatch();
  ASSIGN_OR_RETURN(const uint64_t through,
                   BackfillEntries(*tracked, entry_limit, cell_bytes, batch.get()));
  // Once it has caught up nothing tells that it ever lagged: the tables are as if it had always
  // been there.
  const bool caught_up = through == ingestion_.sequence;
  if (caught_up) {
    batch->DeleteBackfill(tracked->record.id());
  } else {
    batch->PutBackfillThrough(tracked->record.id(), through);
  }
  RETURN_IF_ERROR(tables_->Commit(std::move(batch)));
  if (caught_up) prepared_.clear();
  tracked->backfilled_through = caught_up ? std::nullopt : std::optional<uint64_t>(through);
  return true;
}

absl::StatusOr<uint64_t> Projection::BackfillEntries(const Tracked& tracked, size_t entry_limit,
                                                     size_t cell_bytes, DerivedBatch* batch) const {
  const MetricDefinition& definition = tracked.record.definition;
  const std::unique_ptr<DerivedReader> reader = tables_->Snapshot();
  const Prepared prepared({&definition});
  uint64_t through = *tracked.backfilled_through;
  size_t bytes = 0;
  for (size_t i = 0; i < entry_limit && bytes < cell_bytes && through < ingestion_.sequence; ++i) {
    const uint64_t sequence = through + 1;
    ASSIGN_OR_RETURN(const std::optional<EntryRecord> entry,
                     reader->Entry(Feed::kIngestion, sequence));
    if (!entry.has_value()) {
      return Error(Reason::kFeedBroken, absl::StrCat("the copy of ingestion's entry ", sequence,
                                                     " is not held: rebuild what is derived"));
    }
    through = sequence;
    if (!entry->accepted_return.has_value()) continue;
    const ReturnHead& head = *entry->accepted_return;
    if (head.collection != definition.collection) continue;
    ASSIGN_OR_RETURN(const std::vector<std::string> chunks,
                     reader->Chunks(sequence, head.chunk_count));
    for (const std::string& chunk : chunks) bytes += chunk.size();
    RETURN_IF_ERROR(AddLeaves(prepared, head, chunks, sequence, batch));
  }
  return through;
}

}  // namespace onereturn::metrics

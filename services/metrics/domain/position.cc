#include "services/metrics/domain/position.h"

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn::metrics {
namespace {

Error EpochChanged(Feed feed, const FeedPosition& requested, const FeedCursor& cursor) {
  return Error(Reason::kEpochChanged,
               absl::StrCat(NameOfFeed(feed), " was restored: sequence ", requested.sequence,
                            " of epoch ", requested.epoch, " is no part of epoch ", cursor.epoch))
      .With("epoch", static_cast<int64_t>(cursor.epoch));
}

// Beyond what is held: for good as far as is known, or only until the feed has been taken in.
Error Ahead(Feed feed, const FeedPosition& requested, const FeedCursor& cursor) {
  const std::string words = absl::StrCat(
      "sequence ", requested.sequence, " of ", NameOfFeed(feed), " in epoch ", requested.epoch,
      " was asked for; held here is ", cursor.sequence, " in epoch ", cursor.epoch);
  return Error(cursor.caught_up ? Reason::kPositionAhead : Reason::kNotCaughtUp, words);
}

absl::StatusOr<EntryRecord> EntryAt(const DerivedReader& reader, Feed feed, uint64_t sequence) {
  ASSIGN_OR_RETURN(std::optional<EntryRecord> entry, reader.Entry(feed, sequence));
  if (!entry.has_value()) {
    return Error(Reason::kFeedBroken,
                 absl::StrCat("the copy of entry ", sequence, " of ", NameOfFeed(feed),
                              " is not held: rebuild what is derived"));
  }
  return *std::move(entry);
}

// Whether the history up to `requested` is still the history now. An entry keeps the epoch it was
// accepted in, so all up to a sequence was there in an epoch exactly when the entry at the sequence
// is of that epoch or earlier.
absl::Status CheckEpoch(const DerivedReader& reader, Feed feed, const FeedPosition& requested,
                        const FeedCursor& cursor) {
  if (requested.epoch == cursor.epoch) return absl::OkStatus();
  if (requested.sequence == 0) return absl::OkStatus();
  if (requested.epoch > cursor.epoch) return Ahead(feed, requested, cursor);
  if (requested.sequence > cursor.sequence) {
    // While the source's history is taken in again it is not known yet whether it goes that far.
    if (cursor.caught_up) return EpochChanged(feed, requested, cursor);
    return Ahead(feed, requested, cursor);
  }
  ASSIGN_OR_RETURN(const EntryRecord entry, EntryAt(reader, feed, requested.sequence));
  if (entry.epoch > requested.epoch) return EpochChanged(feed, requested, cursor);
  return absl::OkStatus();
}

absl::StatusOr<FeedPosition> ResolveFeed(const DerivedReader& reader, Feed feed,
                                         const std::optional<FeedPosition>& requested) {
  ASSIGN_OR_RETURN(const FeedCursor cursor, reader.Cursor(feed));
  if (!requested.has_value()) return FeedPosition{cursor.epoch, cursor.sequence};
  RETURN_IF_ERROR(CheckEpoch(reader, feed, *requested, cursor));
  if (requested->sequence > cursor.sequence) return Ahead(feed, *requested, cursor);
  return FeedPosition{cursor.epoch, requested->sequence};
}

// The newest sequence at or before the time. Times never go back, so halving finds it.
absl::StatusOr<FeedPosition> ResolveFeedTime(const DerivedReader& reader, Feed feed,
                                             int64_t time_micros) {
  ASSIGN_OR_RETURN(const FeedCursor cursor, reader.Cursor(feed));
  if (cursor.through_time_micros <= time_micros) {
    return Error(
        Reason::kNotCaughtUp,
        absl::StrCat(NameOfFeed(feed), " has not yet spoken later than the time asked for"));
  }
  uint64_t before = 0;  // At or before the time; 0 stands before everything.
  uint64_t after = cursor.sequence + 1;
  while (after - before > 1) {
    const uint64_t middle = before + (after - before) / 2;
    ASSIGN_OR_RETURN(const EntryRecord entry, EntryAt(reader, feed, middle));
    (entry.time_micros <= time_micros ? before : after) = middle;
  }
  return FeedPosition{cursor.epoch, before};
}

absl::Status CheckFeedReached(const DerivedReader& reader, Feed feed,
                              const std::optional<FeedPosition>& at_least) {
  if (!at_least.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const FeedCursor cursor, reader.Cursor(feed));
  if (at_least->epoch > cursor.epoch ||
      (at_least->epoch == cursor.epoch && at_least->sequence > cursor.sequence)) {
    return Error(Reason::kNotCaughtUp,
                 absl::StrCat("sequence ", at_least->sequence, " of ", NameOfFeed(feed),
                              " was asked for and ", cursor.sequence, " has been taken in"));
  }
  return CheckEpoch(reader, feed, *at_least, cursor);
}

}  // namespace

absl::StatusOr<Position> ResolvePosition(const DerivedReader& reader,
                                         const RequestedPosition& requested) {
  Position position;
  ASSIGN_OR_RETURN(position.ingestion, ResolveFeed(reader, Feed::kIngestion, requested.ingestion));
  ASSIGN_OR_RETURN(position.metrics, ResolveFeed(reader, Feed::kMetrics, requested.metrics));
  return position;
}

absl::StatusOr<Position> ResolveTime(const DerivedReader& reader, int64_t time_micros) {
  Position position;
  ASSIGN_OR_RETURN(position.ingestion, ResolveFeedTime(reader, Feed::kIngestion, time_micros));
  ASSIGN_OR_RETURN(position.metrics, ResolveFeedTime(reader, Feed::kMetrics, time_micros));
  return position;
}

absl::Status CheckReached(const DerivedReader& reader, const RequestedPosition& at_least) {
  RETURN_IF_ERROR(CheckFeedReached(reader, Feed::kIngestion, at_least.ingestion));
  return CheckFeedReached(reader, Feed::kMetrics, at_least.metrics);
}

}  // namespace onereturn::metrics

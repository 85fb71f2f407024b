// The position of an answer: how far each of the two feeds is looked at.
#ifndef ONERETURN_SERVICES_METRICS_DOMAIN_POSITION_H_
#define ONERETURN_SERVICES_METRICS_DOMAIN_POSITION_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/metrics/domain/derived_tables.h"

namespace onereturn::metrics {

// A place in a feed. The epoch is the one in force when the position was given out.
struct FeedPosition {
  uint64_t epoch = 0;
  uint64_t sequence = 0;
  friend bool operator==(const FeedPosition&, const FeedPosition&) = default;
};

struct Position {
  FeedPosition ingestion;
  FeedPosition metrics;
  friend bool operator==(const Position&, const Position&) = default;
};

// A position as asked for; an absent feed means its latest.
struct RequestedPosition {
  std::optional<FeedPosition> ingestion;
  std::optional<FeedPosition> metrics;
};

// The full position to answer from.
//   POSITION_AHEAD  beyond what is held
//   EPOCH_CHANGED   the position lies in history that a restore took away; one before the place of
//   the restore
//                   stays good, because that history is the same
//   NOT_CAUGHT_UP   beyond what is held while the feed is being taken in, as after a rebuild
absl::StatusOr<Position> ResolvePosition(const DerivedReader& reader,
                                         const RequestedPosition& requested);

// The state after the last fact accepted at or before the time. NOT_CAUGHT_UP until both feeds have
// spoken later than it.
absl::StatusOr<Position> ResolveTime(const DerivedReader& reader, int64_t time_micros);

// OK once both cursors have reached what is asked for; NOT_CAUGHT_UP before; EPOCH_CHANGED as
// above.
absl::Status CheckReached(const DerivedReader& reader, const RequestedPosition& at_least);

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_DOMAIN_POSITION_H_

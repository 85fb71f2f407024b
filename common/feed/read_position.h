// At which sequence a service answers a read of what it accepted itself.
#ifndef ONERETURN_COMMON_FEED_READ_POSITION_H_
#define ONERETURN_COMMON_FEED_READ_POSITION_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "common/commit/committer.h"
#include "common/storage/store.h"
#include "onereturn/common/v1/read.pb.h"

namespace onereturn {

// The wishes of a read; empty: none.
struct ReadWish {
  std::string at_least;
  std::string as_of_position;
  std::optional<Timestamp> as_of_time;
  Timestamp deadline;
};

// The sequence to read at, and the position to state.
struct ReadPlace {
  uint64_t sequence = 0;
  std::string position;
};

// Of everything but the deadline. FIELD_INVALID for a time that is none.
absl::StatusOr<ReadWish> FromWire(const common::v1::ReadAt& read);

// The service is the source of its own feed, so `at_least` is either reached or was never given
// out: POSITION_AHEAD. A time not yet past: NOT_CAUGHT_UP. Another epoch: EPOCH_CHANGED. A snapshot
// taken afterwards holds all that was accepted up to the place.
absl::StatusOr<ReadPlace> ResolveRead(const Store& store, const Committer& committer,
                                      const Clock& clock, const ReadWish& wish);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_FEED_READ_POSITION_H_

#include "common/feed/read_position.h"

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/feed/position.h"
#include "common/feed/wire.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

// The sequence a position means here; nullopt when it does not name this service.
absl::StatusOr<std::optional<uint64_t>> SequenceOf(const std::string& text,
                                                   const Committer& committer) {
  ASSIGN_OR_RETURN(Position position, Position::Parse(text));
  std::optional<ServicePosition> own = position.Of(committer.service());
  if (!own.has_value()) return std::optional<uint64_t>();
  if (own->epoch != committer.epoch()) {
    return Error(Reason::kEpochChanged, "the position is from before a restore of this service")
        .With("epoch", absl::StrCat(committer.epoch()));
  }
  const uint64_t newest = committer.LatestHead().head.size;
  if (own->sequence > newest) {
    return Error(Reason::kPositionAhead,
                 absl::StrCat("the position lies beyond the newest entry, ", newest));
  }
  return std::optional<uint64_t>(own->sequence);
}

}  // namespace

absl::StatusOr<ReadWish> FromWire(const common::v1::ReadAt& read) {
  ReadWish wish;
  wish.at_least = read.at_least();
  wish.as_of_position = read.as_of_position();
  if (read.has_as_of_time()) {
    ASSIGN_OR_RETURN(wish.as_of_time, FromWire(read.as_of_time()));
  }
  return wish;
}

absl::StatusOr<ReadPlace> ResolveRead(const Store& store, const Committer& committer,
                                      const Clock& /*clock*/, const ReadWish& wish) {
  RETURN_IF_ERROR(SequenceOf(wish.at_least, committer).status());
  ReadPlace place{committer.LatestHead().head.size, ""};
  if (wish.as_of_time.has_value()) {
    // The clock alone cannot tell: a group that is being synced already has its time.
    if (*wish.as_of_time >= committer.LatestPromise().through_time) {
      return Error(Reason::kNotCaughtUp, "the time asked for has not passed yet")
          .RetryAfter(absl::Seconds(1));
    }
    ASSIGN_OR_RETURN(place.sequence, SequenceAt(store, *wish.as_of_time));
  } else if (!wish.as_of_position.empty()) {
    ASSIGN_OR_RETURN(std::optional<uint64_t> sequence, SequenceOf(wish.as_of_position, committer));
    if (sequence.has_value()) place.sequence = *sequence;
  }
  Position position;
  position.Set(committer.service(), ServicePosition{committer.epoch(), place.sequence});
  place.position = position.ToString();
  return place;
}

}  // namespace onereturn

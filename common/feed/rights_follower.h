// Following the rights of ingestion's ledger in another service: what was taken lies in a family of
// the service's own, so that a start needs nobody.
#ifndef ONERETURN_COMMON_FEED_RIGHTS_FOLLOWER_H_
#define ONERETURN_COMMON_FEED_RIGHTS_FOLLOWER_H_

#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "common/commit/committer.h"
#include "common/feed/feed_consumer.h"
#include "common/identity/rights_source.h"
#include "common/storage/reader.h"
#include "common/storage/store.h"

namespace onereturn {

// Takes steps of grants and organisations, and passes over all else. Derived: it can be dropped and
// taken again.
//
//   family   01 name:string -> the newest entry of that grant or organisation, as the feed has it
//            02             -> epoch:u64 sequence:u64 through_time_micros:i64 frontier:string
//            03             -> nothing; there since it first caught up with ingestion's feed
//
// The cursor (02) may lag behind: it is written with each fact and with the mark (03), otherwise
// once a second, and not while there is no space. So pages may come twice after a restart, and
// change nothing. What a full disk keeps it from taking are facts of rights alone.
class RightsFollower final : public FeedTaker {
 public:
  // Puts what the store holds into `rights`, and says when it was last heard; a store that has
  // never heard anything has a minute from now. All must outlive the follower.
  static absl::StatusOr<std::unique_ptr<RightsFollower>> Open(const Store* store,
                                                              Committer* committer,
                                                              ColumnFamily family,
                                                              RightsSource* rights,
                                                              const Clock* clock);

  absl::StatusOr<FeedProgress> Progress() override;
  absl::Status Take(const FeedPage& page) override;
  absl::Status StartAgain() override;

 private:
  RightsFollower(const Store* store, Committer* committer, ColumnFamily family,
                 RightsSource* rights, const Clock* clock)
      : store_(store), committer_(committer), family_(family), rights_(rights), clock_(clock) {}

  absl::Status Load();
  absl::Status Write(WriteBatch batch) const;

  const Store* const store_;
  Committer* const committer_;
  const ColumnFamily family_;
  RightsSource* const rights_;
  const Clock* const clock_;

  std::mutex mutex_;
  FeedProgress progress_;       // Guarded by mutex_.
  Timestamp cursor_written_;    // Guarded by mutex_.
  bool has_caught_up_ = false;  // Guarded by mutex_; whether the mark (03) is written.
};

// Whether ingestion defines the organisation, as far as a RightsFollower has written to `family`.
// NOT_CAUGHT_UP for one it has not heard of, until it has caught up with the feed for the first
// time (after a restore of ingestion: again); DATA_LOSS.
absl::StatusOr<bool> HoldsOrganisation(const Reader& reader, ColumnFamily family,
                                       absl::string_view code);

// Two takers of one feed: `rights` first, so that it never lacks a fact that `rest` has taken; it
// may be given one twice. `rest` says where to go on.
class RightsFirst final : public FeedTaker {
 public:
  RightsFirst(RightsFollower* rights, FeedTaker* rest) : rights_(rights), rest_(rest) {}

  absl::StatusOr<FeedProgress> Progress() override { return rest_->Progress(); }
  absl::Status Take(const FeedPage& page) override;
  absl::Status StartAgain() override;

 private:
  RightsFollower* const rights_;
  FeedTaker* const rest_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_FEED_RIGHTS_FOLLOWER_H_

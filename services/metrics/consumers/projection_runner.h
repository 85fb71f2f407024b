// Runs the projection: ingestion's feed comes in as a FeedTaker, metrics' own feed and backfills
// are taken on a thread of its own. One at a time, because the projection is the only writer of
// what is derived.
#ifndef ONERETURN_SERVICES_METRICS_CONSUMERS_PROJECTION_RUNNER_H_
#define ONERETURN_SERVICES_METRICS_CONSUMERS_PROJECTION_RUNNER_H_

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/commit/committer.h"
#include "common/feed/feed_consumer.h"
#include "common/storage/store.h"
#include "services/metrics/app/read_gate.h"
#include "services/metrics/domain/projection.h"

namespace onereturn::metrics {

// Thread safe.
class ProjectionRunner final : public FeedTaker {
 public:
  // All must outlive the runner. DATA_LOSS when what is derived cannot be read.
  static absl::StatusOr<std::unique_ptr<ProjectionRunner>> Start(const Store* store,
                                                                 DerivedTables* tables,
                                                                 const Committer* committer,
                                                                 ReadGate* gate);
  // As Stop.
  ~ProjectionRunner() override;
  // Ends the thread. While the gate is draining, before it, own facts are taken at leisure.
  void Stop();

  // FeedTaker, on the consumer's thread. Progress() answers what the tables hold: DATA_LOSS or
  // UNAVAILABLE while they cannot be read.
  absl::StatusOr<FeedProgress> Progress() override;
  absl::Status Take(const FeedPage& page) override;
  absl::Status StartAgain() override;

  // Drops everything derived; both feeds are then read from their beginning. The consumer must be
  // told to reconnect, after an error too: the feeds are then read from where the tables stand.
  absl::Status Rebuild();

  FeedCursor Cursor(Feed feed) const;
  // Why metrics' own feed is no longer followed; empty while all is well.
  std::string fault() const;
  // Why it waits, and will go on by itself: for disk space.
  std::string paused() const;

 private:
  ProjectionRunner(const Store* store, DerivedTables* tables, const Committer* committer,
                   ReadGate* gate)
      : store_(store), tables_(tables), committer_(committer), gate_(gate) {}

  void Run();
  // One piece of work of metrics' own: true when there may be more.
  absl::StatusOr<bool> Step();
  // These need mutex_ held.
  absl::StatusOr<bool> TakeOwn();
  // This service was restored: what was derived from facts it no longer has is dropped.
  absl::StatusOr<bool> StartOver();
  // Reads where the tables stand.
  absl::Status Open();
  // Open() when what is in memory may not be what the tables hold.
  absl::Status OpenIfStale();
  // What is newest now is answered again once it has been read again; until then NOT_CAUGHT_UP, and
  // never part of the truth.
  void ExpectAgain();
  // Whatever the drop answers, the tables are read anew: they alone tell what is left in them.
  absl::Status Drop();
  // After an error of the tables it is unknown what they hold: they are read anew.
  absl::Status Settle(absl::Status status);

  const Store* const store_;
  DerivedTables* const tables_;
  const Committer* const committer_;
  ReadGate* const gate_;

  mutable std::mutex mutex_;
  std::condition_variable stopped_;
  // All guarded by mutex_.
  std::unique_ptr<Projection> projection_;
  bool stale_ = false;         // The tables may have changed, and could not be read since.
  bool reconnecting_ = false;  // Pages of before a drop are refused until Progress().
  bool stopping_ = false;
  std::string fault_, paused_;
  std::thread thread_;
};

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_CONSUMERS_PROJECTION_RUNNER_H_

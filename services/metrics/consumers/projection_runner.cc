#include "services/metrics/consumers/projection_runner.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/log/log.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/metrics/app/fact_from_entry.h"

namespace onereturn::metrics {
namespace {

constexpr size_t kOwnEntriesAStep = 256;
constexpr size_t kOwnBytesAStep = 1024 * 1024;
// A backfill step holds the projection for some milliseconds, so that fresh returns wait no longer.
constexpr size_t kBackfillEntriesAStep = 512;
constexpr size_t kBackfillBytesAStep = 1024 * 1024;
constexpr int64_t kIdleMicros = 200'000;

bool IsEpochChange(const absl::Status& status) {
  return !status.ok() && DetailsOf(status).has_value() && ReasonOf(status) == Reason::kEpochChanged;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ProjectionRunner>> ProjectionRunner::Start(
    const Store* store, DerivedTables* tables, const Committer* committer, ReadGate* gate) {
  std::unique_ptr<ProjectionRunner> runner(new ProjectionRunner(store, tables, committer, gate));
  RETURN_IF_ERROR(runner->Open());
  runner->thread_ = std::thread([started = runner.get()] { started->Run(); });
  return runner;
}

ProjectionRunner::~ProjectionRunner() { Stop(); }

void ProjectionRunner::Stop() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
  if (thread_.joinable()) thread_.join();
}

absl::Status ProjectionRunner::Open() {
  absl::StatusOr<std::unique_ptr<Projection>> projection = Projection::Open(tables_);
  stale_ = !projection.ok();
  if (projection.ok()) projection_ = *std::move(projection);
  return projection.status();
}

absl::Status ProjectionRunner::OpenIfStale() { return stale_ ? Open() : absl::OkStatus(); }

absl::Status ProjectionRunner::Drop() {
  const absl::Status dropped = tables_->Drop();
  gate_->Forget();
  const absl::Status opened = Open();
  gate_->NoteProgress();
  RETURN_IF_ERROR(dropped);
  RETURN_IF_ERROR(opened);
  fault_.clear();
  return absl::OkStatus();
}

absl::Status ProjectionRunner::Settle(absl::Status status) {
  if (status.ok()) {
    gate_->NoteProgress();
    return status;
  }
  const absl::Status reopened = Open();
  return reopened.ok() ? status : reopened;
}

absl::StatusOr<FeedProgress> ProjectionRunner::Progress() {
  std::lock_guard<std::mutex> lock(mutex_);
  RETURN_IF_ERROR(OpenIfStale());
  reconnecting_ = false;
  const FeedCursor& cursor = projection_->cursor(Feed::kIngestion);
  FeedProgress progress;
  progress.epoch = cursor.epoch;
  progress.sequence = cursor.sequence;
  progress.through_time = Timestamp{cursor.through_time_micros};
  if (!cursor.frontier.empty()) {
    ASSIGN_OR_RETURN(progress.frontier, Frontier::Parse(cursor.frontier));
  }
  return progress;
}

absl::Status ProjectionRunner::Take(const FeedPage& page) {
  CursorNote note;
  note.epoch = page.progress.epoch;
  note.through_time_micros = page.progress.through_time.micros;
  note.caught_up = page.caught_up;
  std::vector<Fact> facts;
  facts.reserve(page.facts.size());
  for (const FeedFact& fact : page.facts) {
    ASSIGN_OR_RETURN(Fact converted, FactFromEntry(fact.entry, fact.chunks));
    facts.push_back(std::move(converted));
  }
  note.frontier = page.progress.frontier.Serialize();
  std::lock_guard<std::mutex> lock(mutex_);
  if (reconnecting_) {
    return absl::UnavailableError("what is derived was dropped: the feed is read again");
  }
  RETURN_IF_ERROR(OpenIfStale());
  if (facts.empty()) return Settle(projection_->ApplyHeartbeat(Feed::kIngestion, note));
  return Settle(projection_->Apply(Feed::kIngestion, facts, note));
}

void ProjectionRunner::ExpectAgain() {
  const FeedCursor ingestion = projection_->cursor(Feed::kIngestion);
  const FeedCursor metrics = projection_->cursor(Feed::kMetrics);
  gate_->ExpectAgain(
      Position{{ingestion.epoch, ingestion.sequence}, {metrics.epoch, metrics.sequence}});
}

absl::Status ProjectionRunner::StartAgain() {
  std::lock_guard<std::mutex> lock(mutex_);
  LogWarning("metrics.ingestion_restored");
  ExpectAgain();
  return Drop();
}

absl::Status ProjectionRunner::Rebuild() {
  std::lock_guard<std::mutex> lock(mutex_);
  LogInfo("metrics.rebuild");
  ExpectAgain();
  reconnecting_ = true;
  return Drop();
}

FeedCursor ProjectionRunner::Cursor(Feed feed) const {
  std::lock_guard<std::mutex> lock(mutex_);
  return projection_->cursor(feed);
}

std::string ProjectionRunner::fault() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return fault_;
}

std::string ProjectionRunner::paused() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return paused_;
}

void ProjectionRunner::Run() {
  while (true) {
    const absl::StatusOr<bool> more = Step();
    uint64_t own = 0;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (stopping_) return;
      const bool waits = absl::IsResourceExhausted(more.status());
      if (waits && paused_.empty()) {
        LogWarning("metrics.own_feed_paused", {{"status", TextOf(more.status())}});
      }
      paused_ = waits ? std::string(more.status().message()) : std::string();
      if (!more.ok() && !waits && fault_.empty()) {
        fault_ = TextOf(more.status());
        LogError("metrics.own_feed_stopped", {{"status", fault_}});
      }
      own = projection_->cursor(Feed::kMetrics).sequence;
    }
    if (more.ok() && *more) continue;
    // A fault may pass (a full disk), or end with a rebuild: it is tried again, slowly.
    if (more.ok() && !gate_->draining()) {
      committer_->WaitForHeadBeyond(own, kIdleMicros);
    } else {
      // The committer makes nobody wait once it has woken its waiters, which is done for a drain
      // after the gate was told.
      std::unique_lock<std::mutex> lock(mutex_);
      stopped_.wait_for(lock, std::chrono::microseconds(kIdleMicros), [this] { return stopping_; });
    }
  }
}

absl::StatusOr<bool> ProjectionRunner::Step() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (stopping_) return false;
  RETURN_IF_ERROR(OpenIfStale());
  ASSIGN_OR_RETURN(const bool took, TakeOwn());
  const absl::StatusOr<bool> backfilled =
      projection_->BackfillStep(kBackfillEntriesAStep, kBackfillBytesAStep);
  if (!backfilled.ok()) return Settle(backfilled.status());
  if (*backfilled) gate_->NoteProgress();
  fault_.clear();
  return took || *backfilled;
}

absl::StatusOr<bool> ProjectionRunner::StartOver() {
  LogWarning("metrics.own_feed_restored");
  reconnecting_ = true;
  RETURN_IF_ERROR(Drop());
  return true;
}

absl::StatusOr<bool> ProjectionRunner::TakeOwn() {
  const uint64_t after = projection_->cursor(Feed::kMetrics).sequence;
  CursorNote note;
  note.epoch = committer_->epoch();
  const Promise promise = committer_->LatestPromise();
  const Timestamp now = promise.through_time;
  const uint64_t newest = promise.head.head.size;
  if (newest <= after) {
    note.through_time_micros = now.micros;
    note.caught_up = true;
    const FeedCursor& cursor = projection_->cursor(Feed::kMetrics);
    if (cursor.epoch == note.epoch && cursor.caught_up &&
        now.micros - cursor.through_time_micros < kIdleMicros) {
      return false;
    }
    const absl::Status noted = Settle(projection_->ApplyHeartbeat(Feed::kMetrics, note));
    if (!IsEpochChange(noted)) {
      RETURN_IF_ERROR(noted);
      return false;
    }
    return StartOver();
  }
  const size_t limit = std::min<uint64_t>(kOwnEntriesAStep, newest - after);
  ASSIGN_OR_RETURN(const std::vector<std::string> entries,
                   EntriesAfter(*store_, after, limit, kOwnBytesAStep));
  std::vector<Fact> facts;
  for (const std::string& bytes : entries) {
    feed::v1::Entry entry;
    if (!entry.ParseFromString(bytes)) {
      return absl::DataLossError(absl::StrCat("an entry after ", after, " cannot be read"));
    }
    ASSIGN_OR_RETURN(Fact fact, FactFromEntry(entry, {}));
    facts.push_back(std::move(fact));
  }
  if (facts.empty()) return false;
  const absl::Status applied = Settle(projection_->Apply(Feed::kMetrics, facts, note));
  if (applied.ok()) return true;
  if (!IsEpochChange(applied)) return applied;
  return StartOver();
}

}  // namespace onereturn::metrics

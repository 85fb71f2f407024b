// The one way to a read: waits for what it must include, finds the position to answer from, and
// gives the body a reader at it.
#ifndef ONERETURN_SERVICES_METRICS_APP_READ_GATE_H_
#define ONERETURN_SERVICES_METRICS_APP_READ_GATE_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/clock/clock.h"
#include "services/metrics/domain/value.h"

namespace onereturn::metrics {

// The names by which positions name the two feeds.
inline constexpr char kIngestionService[] = "ingestion";
inline constexpr char kMetricsService[] = "metrics";

// The wishes of a read; empty: none.
struct ReadWish {
  std::string at_least;
  std::string as_of_position;
  std::optional<Timestamp> as_of_time;
  Timestamp deadline;  // How long `at_least` may wait.
  std::string caller;  // Who waits: no one takes all places. Empty: a service, which may.
};

// A position as callers see it, and back: POSITION_INVALID.
std::string PositionText(const Position& position);
absl::StatusOr<RequestedPosition> ParsePosition(absl::string_view text);

// A place to wait in, given back with the last copy; CALL_QUOTA when the caller, as in ReadWish,
// may have none. Called from many threads.
using TakePlace = std::function<absl::StatusOr<std::shared_ptr<void>>(const std::string& caller)>;

// Thread safe.
class ReadGate {
 public:
  // Both must outlive the gate.
  ReadGate(const DerivedTables* tables, const Clock* clock, TakePlace take_place)
      : tables_(tables), clock_(clock), take_place_(std::move(take_place)) {}

  // Runs the body against one consistent state. With `at_least` it is run again after
  // NOT_CAUGHT_UP, as more is taken in, until the deadline. Each that waits holds a thread, so it
  // takes a place first. Errors: POSITION_INVALID, those of ResolvePosition and
  // ResolveTime, CALL_QUOTA when too many wait already, the body's.
  absl::Status Read(const ReadWish& wish, absl::FunctionRef<absl::Status(MetricReader*)> body);

  // More was taken in.
  void NoteProgress();
  // Counts NoteProgress(); waits until it differs from `seen`, at most `micros`, and answers it.
  uint64_t WaitForProgress(uint64_t seen, int64_t micros) const;
  // Ends every wait: the server is draining.
  void Drain();
  bool draining() const;
  // The derived tables were dropped: what is kept in memory may be of other facts.
  void Forget();
  // They are about to be dropped and built anew, and stood at `stood`: a read of the latest is
  // NOT_CAUGHT_UP until they stand there again, so that the latest never goes back. A read as of a
  // position answers as ever.
  void ExpectAgain(const Position& stood);

 private:
  uint64_t Progress() const;
  absl::Status Wait(const ReadWish& wish, uint64_t seen,
                    absl::FunctionRef<absl::Status(MetricReader*)> body);
  absl::Status Attempt(const ReadWish& wish, absl::FunctionRef<absl::Status(MetricReader*)> body);
  absl::Status CheckStandsAgain(const Position& latest);
  absl::StatusOr<std::shared_ptr<const OrganisationTree>> TreeAt(const DerivedReader& reader,
                                                                 const Position& position);

  // The organisations as of some newest change; few change often, so few are kept.
  struct KeptTree {
    uint64_t epoch = 0;
    uint64_t change = 0;
    std::shared_ptr<const OrganisationTree> tree;
  };

  const DerivedTables* const tables_;
  const Clock* const clock_;
  const TakePlace take_place_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  uint64_t progress_ = 0;          // Guarded by mutex_.
  bool draining_ = false;          // Guarded by mutex_.
  uint64_t generation_ = 0;        // Guarded by mutex_; counts Forget().
  std::vector<KeptTree> trees_;    // Guarded by mutex_; the newest use last.
  std::optional<Position> stood_;  // Guarded by mutex_; of ExpectAgain, until it is reached.
};

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_APP_READ_GATE_H_

// The scheduler: what the passing of time causes, as facts.
#ifndef ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_KEEP_TIMETABLE_H_
#define ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_KEEP_TIMETABLE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/clock/clock.h"
#include "common/commit/fact_writer.h"
#include "common/storage/store.h"
#include "services/ingestion/app/timetable/window_reading.h"
#include "services/ingestion/store/timetable_table.h"

namespace onereturn::ingestion {

// Opens windows, makes the cuts, ends extensions and closes windows. Each fact has a request id of
// its own, made of what it is about, so that none is written twice, whatever is killed when. One
// thread at a time.
class KeepTimetable {
 public:
  // `actor`: the service's own SPIFFE id. Everything must outlive it.
  KeepTimetable(const Store* store, const FactWriter* writer, const Clock* clock, std::string actor)
      : store_(store), writer_(writer), clock_(clock), actor_(std::move(actor)) {}

  // Commits, in the order of their moments, all that was due before or at the clock's time and is
  // not yet a fact; returns when that is on disk. Must not be called on the committer's thread. An
  // error of one collection ends the run for that one alone, and the next run goes on where it
  // ended; the first such error is answered, and names its collection.
  absl::Status Run();

 private:
  // One thing to be done. By moment, then by what is earlier in a window's life.
  struct Task {
    Timestamp moment;
    WindowKey window;
    WindowStep step = WindowStep::kOpen;
    std::string organisation;  // Not empty: its extension ends.

    bool operator<(const Task& other) const;
  };
  // Periods of a collection that have a window, as the catalogue has it.
  struct Planned {
    std::string collection;
    CollectionStretch stretch;
  };

  // What cannot be read is left out, and told.
  absl::Status ReadPlans(const Snapshot& snapshot);
  absl::StatusOr<std::set<Task>> TasksDue(const Snapshot& snapshot, Timestamp now);
  void AddOpenings(const Planned& planned, const std::set<std::string>& opened, Timestamp now,
                   std::set<Task>* tasks);
  // `task` when it is due; else it is remembered when it will be.
  void AddIfDue(Task task, Timestamp now, std::set<Task>* tasks);
  // Does it, and adds what follows at once.
  absl::Status DoAndFollow(const Task& task, Timestamp now, std::set<Task>* tasks);
  absl::Status Do(const Task& task, Timestamp now);
  // The window's next task, if it is due.
  absl::Status AddNext(const WindowKey& window, Timestamp now, std::set<Task>* tasks);

  absl::Status Open(const Task& task, Timestamp now);
  absl::Status Cut(const Task& task, Timestamp now);
  absl::Status List(const Task& task);
  absl::Status EndExtension(const Task& task, Timestamp now);
  // Writes one fact under the id of `part`, and waits for it.
  absl::Status Write(feed::v1::EntryKind kind, const std::string& part, FactWriter::Judge judge);

  const Store* const store_;
  const FactWriter* const writer_;
  const Clock* const clock_;
  const std::string actor_;

  std::vector<Planned> plans_;
  std::set<std::string> warned_;          // Collections whose calendar has ended.
  uint64_t plans_sequence_ = UINT64_MAX;  // Of the catalogue.
  uint64_t looked_at_ = UINT64_MAX;       // The newest entry when nothing was due.
  Timestamp next_;                        // Nothing is due before it, if nothing else changes.
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_TIMETABLE_KEEP_TIMETABLE_H_

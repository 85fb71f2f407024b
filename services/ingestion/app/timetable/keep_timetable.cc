#include "services/ingestion/app/timetable/keep_timetable.h"

#include <algorithm>
#include <future>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/commit/request_id.h"
#include "common/feed/wire.h"
#include "common/log/log.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/timetable/timetable_facts.h"
#include "services/ingestion/app/timetable/window_lists.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

constexpr char kRequest[] = "timetable";

// The same fault, with the collection in its words.
absl::Status About(const std::string& collection, const absl::Status& fault) {
  absl::Status told(fault.code(), absl::StrCat("collection ", collection, ": ", fault.message()));
  fault.ForEachPayload([&told](absl::string_view type, const absl::Cord& details) {
    told.SetPayload(type, details);
  });
  return told;
}

}  // namespace

bool KeepTimetable::Task::operator<(const Task& other) const {
  return std::tie(moment, window.collection, window.period, step, organisation) <
         std::tie(other.moment, other.window.collection, other.window.period, other.step,
                  other.organisation);
}

absl::Status KeepTimetable::Run() {
  const Timestamp now = clock_->Now();
  const Snapshot snapshot = store_->TakeSnapshot();
  ASSIGN_OR_RETURN(const uint64_t newest, LastSequence(snapshot));
  if (newest == looked_at_ && now < next_) return absl::OkStatus();
  absl::Status fault = ReadPlans(snapshot);
  next_ = kMaxTimestamp;
  ASSIGN_OR_RETURN(std::set<Task> tasks, TasksDue(snapshot, now));
  const bool idle = tasks.empty() && fault.ok();
  std::set<std::string> waiting;  // Collections that go on with the next run.
  while (!tasks.empty()) {
    const Task task = *tasks.begin();
    tasks.erase(tasks.begin());
    if (waiting.count(task.window.collection) > 0) continue;
    const absl::Status done = DoAndFollow(task, now, &tasks);
    if (done.ok()) continue;
    waiting.insert(task.window.collection);
    fault.Update(About(task.window.collection, done));
  }
  looked_at_ = idle ? newest : UINT64_MAX;
  return fault;
}

absl::Status KeepTimetable::DoAndFollow(const Task& task, Timestamp now, std::set<Task>* tasks) {
  RETURN_IF_ERROR(Do(task, now));
  if (!task.organisation.empty()) return absl::OkStatus();
  std::set<Task> following;
  RETURN_IF_ERROR(AddNext(task.window, now, &following));
  for (const Task& next : following) {
    // What could not be done now waits for the next run.
    if (task < next) tasks->insert(next);
  }
  return absl::OkStatus();
}

absl::Status KeepTimetable::ReadPlans(const Snapshot& snapshot) {
  ASSIGN_OR_RETURN(const uint64_t sequence, CatalogueSequence(snapshot));
  if (sequence == plans_sequence_) return absl::OkStatus();
  plans_.clear();
  absl::Status fault;
  RETURN_IF_ERROR(VisitDefinitions(snapshot, DefinitionKind::kCollection, "", kNewest,
                                   [&](const StoredDefinition& stored) -> absl::StatusOr<bool> {
                                     const absl::StatusOr<WindowReader> windows =
                                         WindowReader::Make(&snapshot, stored.code, kNewest);
                                     if (!windows.ok()) {
                                       fault.Update(About(stored.code, windows.status()));
                                       return true;
                                     }
                                     for (const CollectionStretch& stretch : windows->stretches()) {
                                       if (stretch.spec.has_value())
                                         plans_.push_back({stored.code, stretch});
                                     }
                                     return true;
                                   }));
  plans_sequence_ = fault.ok() ? sequence : UINT64_MAX;
  return fault;
}

absl::StatusOr<std::set<KeepTimetable::Task>> KeepTimetable::TasksDue(const Snapshot& snapshot,
                                                                      Timestamp now) {
  std::set<Task> tasks;
  std::map<std::string, std::set<std::string>> opened;  // Periods by collection.
  RETURN_IF_ERROR(VisitWindows(snapshot, [&](const WindowKey& window, const WindowFacts& facts) {
    opened[window.collection].insert(window.period);
    const std::optional<DueStep> step = NextStep(facts);
    if (step.has_value()) AddIfDue(Task{step->moment, window, step->step, ""}, now, &tasks);
    return absl::OkStatus();
  }));
  for (const Planned& planned : plans_) {
    AddOpenings(planned, opened[planned.collection], now, &tasks);
  }
  RETURN_IF_ERROR(
      VisitExtensionsInForce(snapshot, [&](const ReturnKey& key, const ExtensionHead& head) {
        const WindowKey window{key.collection, key.period};
        AddIfDue(Task{*head.until, window, WindowStep::kListClose, key.organisation}, now, &tasks);
        return absl::OkStatus();
      }));
  return tasks;
}

void KeepTimetable::AddOpenings(const Planned& planned, const std::set<std::string>& opened,
                                Timestamp now, std::set<Task>* tasks) {
  const CollectionStretch& stretch = planned.stretch;
  if (!stretch.calendar.has_value()) return;
  const WorkingCalendar& calendar = stretch.calendar->calendar;
  for (std::optional<Period> period = stretch.FirstWithWindow();
       period.has_value() && stretch.days.Covers(period->start()); period = period->Next()) {
    const std::string text = period->ToString();
    if (opened.count(text) > 0 || BeginsAfter(calendar, *period)) continue;
    const std::optional<Moments> moments = MomentsOf(*stretch.spec, calendar, *period);
    if (!moments.has_value()) {
      if (LondonDay(now) > calendar.last() && warned_.insert(planned.collection).second) {
        LogWarning("timetable.calendar_ended",
                   {{"collection", planned.collection}, {"calendar", stretch.spec->calendar}});
      }
      return;
    }
    const WindowKey window{planned.collection, text};
    AddIfDue(Task{moments->opens, window, WindowStep::kOpen, ""}, now, tasks);
    if (moments->opens > now) return;
  }
}

void KeepTimetable::AddIfDue(Task task, Timestamp now, std::set<Task>* tasks) {
  if (task.moment <= now) {
    tasks->insert(std::move(task));
  } else {
    next_ = std::min(next_, task.moment);
  }
}

absl::Status KeepTimetable::AddNext(const WindowKey& window, Timestamp now, std::set<Task>* tasks) {
  ASSIGN_OR_RETURN(const StoredWindow stored, FindWindow(*store_, window));
  if (!stored.facts.has_value()) return absl::OkStatus();
  const std::optional<DueStep> step = NextStep(*stored.facts);
  if (step.has_value()) AddIfDue(Task{step->moment, window, step->step, ""}, now, tasks);
  return absl::OkStatus();
}

absl::Status KeepTimetable::Do(const Task& task, Timestamp now) {
  if (!task.organisation.empty()) return EndExtension(task, now);
  switch (task.step) {
    case WindowStep::kOpen:
      return Open(task, now);
    case WindowStep::kCut:
    case WindowStep::kRefresh:
    case WindowStep::kClose:
      return Cut(task, now);
    default:
      return List(task);
  }
}

absl::Status KeepTimetable::Open(const Task& task, Timestamp now) {
  return Write(EntryKindOf(task.step), RequestPartOf(task.step, task.window),
               [&](const Snapshot& snapshot) -> absl::StatusOr<Decision> {
                 ASSIGN_OR_RETURN(StoredWindow stored, FindWindow(snapshot, task.window));
                 ASSIGN_OR_RETURN(const uint64_t catalogue, CatalogueSequence(snapshot));
                 ASSIGN_OR_RETURN(const Period period, Period::Parse(task.window.period));
                 ASSIGN_OR_RETURN(const WindowReader windows,
                                  WindowReader::Make(&snapshot, task.window.collection, kNewest));
                 ASSIGN_OR_RETURN(const WindowView view, windows.At(period));
                 // What was planned may have been defined anew.
                 if (view.opened || !view.moments.has_value() || view.moments->opens > now) {
                   return NothingToKeep{};
                 }
                 const CollectionStretch& stretch = *windows.StretchOf(period);
                 timetable::v1::WindowOpened fact;
                 fact.set_collection(task.window.collection);
                 fact.set_collection_version(stretch.definition.version());
                 fact.set_period(task.window.period);
                 *fact.mutable_moments() = ToWire(*view.moments);
                 fact.set_calendar(stretch.spec->calendar);
                 fact.set_calendar_version(stretch.calendar->version);
                 return NewFact{WindowName(task.window),
                                fact.SerializeAsString(),
                                {std::move(stored.check), CatalogueCheck(catalogue)},
                                [key = task.window, moments = *view.moments](
                                    const Placement& placement, WriteBatch* batch) {
                                  WindowFacts facts;
                                  facts.moments = moments;
                                  facts.opened = placement.sequence;
                                  PutWindow(key, facts, batch);
                                }};
               });
}

// The cut itself reads no return: it holds for all that was accepted before it, however many are
// sent in its last second.
absl::Status KeepTimetable::Cut(const Task& task, Timestamp now) {
  return Write(EntryKindOf(task.step), RequestPartOf(task.step, task.window),
               [&](const Snapshot& snapshot) -> absl::StatusOr<Decision> {
                 ASSIGN_OR_RETURN(StoredWindow stored, FindWindow(snapshot, task.window));
                 if (!stored.facts.has_value()) return NothingToKeep{};
                 const std::optional<DueStep> step = NextStep(*stored.facts);
                 if (!step.has_value() || step->step != task.step || step->moment > now) {
                   return NothingToKeep{};
                 }
                 return NewFact{WindowName(task.window),
                                FactOfStep(task.window, *step),
                                {std::move(stored.check)},
                                [key = task.window, step = task.step, facts = *stored.facts](
                                    const Placement& placement, WriteBatch* batch) {
                                  WindowFacts after = facts;
                                  *PlaceOf(step, &after) = placement.sequence;
                                  PutWindow(key, after, batch);
                                }};
               });
}

// From what is before the cut alone, so that a list which was broken off is made again as it was.
absl::Status KeepTimetable::List(const Task& task) {
  ASSIGN_OR_RETURN(const StoredWindow stored, FindWindow(*store_, task.window));
  if (!stored.facts.has_value()) return absl::OkStatus();
  const uint64_t at = ListedAt(task.step, *stored.facts);
  ASSIGN_OR_RETURN(const Period period, Period::Parse(task.window.period));
  ASSIGN_OR_RETURN(const WindowReader windows,
                   WindowReader::Make(store_, task.window.collection, at));
  ASSIGN_OR_RETURN(const auto rows,
                   StandingsAt(*store_, OrganisationScope::National(), windows, period, at));
  const std::vector<std::string> facts =
      ListFacts(task.window, DueStep{task.step, task.moment}, at, rows);
  for (size_t i = 0; i < facts.size(); ++i) {
    RETURN_IF_ERROR(Write(
        EntryKindOf(task.step), absl::StrCat(RequestPartOf(task.step, task.window), ".", i + 1),
        [&](const Snapshot& snapshot) -> absl::StatusOr<Decision> {
          ASSIGN_OR_RETURN(StoredWindow window, FindWindow(snapshot, task.window));
          NewFact fact{WindowName(task.window), facts[i], {std::move(window.check)}, nullptr};
          if (i + 1 < facts.size() || !window.facts.has_value()) return fact;
          fact.write = [key = task.window, step = task.step, held = *window.facts](
                           const Placement& placement, WriteBatch* batch) {
            WindowFacts after = held;
            *PlaceOf(step, &after) = placement.sequence;
            PutWindow(key, after, batch);
          };
          return fact;
        }));
  }
  return absl::OkStatus();
}

absl::Status KeepTimetable::EndExtension(const Task& task, Timestamp now) {
  const ReturnKey key{task.window.collection, task.window.period, task.organisation};
  ASSIGN_OR_RETURN(const Period period, Period::Parse(key.period));
  ASSIGN_OR_RETURN(const StoredExtensionHead before, FindExtensionHead(*store_, key));
  return Write(feed::v1::ENTRY_KIND_RETURN_DUE,
               absl::StrCat("extension.", key.collection, ".", key.period, ".", key.organisation,
                            ".", before.head.steps),
               [&](const Snapshot& snapshot) -> absl::StatusOr<Decision> {
                 ASSIGN_OR_RETURN(StoredExtensionHead stored, FindExtensionHead(snapshot, key));
                 if (!stored.head.until.has_value() || *stored.head.until > now)
                   return NothingToKeep{};
                 ASSIGN_OR_RETURN(StoredWindow window, FindWindow(snapshot, task.window));
                 ASSIGN_OR_RETURN(ReturnHeadState head, HeadOf(snapshot, key));
                 ASSIGN_OR_RETURN(std::vector<timetable::v1::Extension> extensions,
                                  ExtensionsOf(snapshot, key));
                 // As it stands once none is in force any more.
                 std::vector<timetable::v1::Extension> ended;
                 for (timetable::v1::Extension& extension : extensions) {
                   if (InForceAt(extension, kNewest)) ended.push_back(extension);
                 }
                 WindowView view;
                 view.exists = true;
                 view.opened = window.facts.has_value();
                 if (view.opened) view.facts = *window.facts;
                 ASSIGN_OR_RETURN(const uint64_t catalogue, CatalogueSequence(snapshot));
                 ASSIGN_OR_RETURN(const WindowReader windows,
                                  WindowReader::Make(&snapshot, key.collection, kNewest));
                 const bool owed = Owes(windows, key.organisation, period);
                 ASSIGN_OR_RETURN(StandingRow row, StandingAt(snapshot, view, owed, key, kNewest));
                 if (row.standing == ReturnStanding::kExtended) {
                   row.standing =
                       view.facts.closed != 0 ? ReturnStanding::kMissing : ReturnStanding::kLate;
                 }
                 timetable::v1::ReturnDue fact =
                     DueFact(task.window, timetable::v1::CUT_STAGE_EXTENSION, *stored.head.until);
                 fact.set_organisation(key.organisation);
                 timetable::v1::OrganisationStanding* standing = fact.add_standings();
                 standing->set_organisation(key.organisation);
                 standing->set_standing(static_cast<timetable::v1::Standing>(row.standing));
                 standing->set_revision(row.revision);
                 const ExtensionHead after{stored.head.count, stored.head.steps + 1, std::nullopt};
                 return NewFact{WindowName(task.window),
                                fact.SerializeAsString(),
                                {std::move(stored.check), std::move(window.check),
                                 std::move(head.check), CatalogueCheck(catalogue)},
                                [key, after, ended](const Placement& placement, WriteBatch* batch) {
                                  for (timetable::v1::Extension extension : ended) {
                                    extension.set_end_sequence(placement.sequence);
                                    PutExtension(extension, batch);
                                  }
                                  PutExtensionHead(key, after, batch);
                                }};
               });
}

absl::Status KeepTimetable::Write(feed::v1::EntryKind kind, const std::string& part,
                                  FactWriter::Judge judge) {
  FactRequest request;
  request.kind = kind;
  request.actor = actor_;
  request.request_id = DerivedRequestId(kRequest, actor_, part);
  request.digest = Sha256(request.request_id);
  request.role = rights::v1::ROLE_SERVICE;
  request.derived_id = true;
  std::promise<absl::Status> written;
  writer_->Write(std::move(request), std::move(judge),
                 [&written](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
                   written.set_value(accepted.status());
                 });
  return written.get_future().get();
}

}  // namespace onereturn::ingestion

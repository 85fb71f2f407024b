#include "services/ingestion/app/timetable/window_reading.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/feed/wire.h"
#include "common/period/london_day.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/catalogue/catalogue_time.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

// How long ago a period may have ended whose return is still open or late.
constexpr int kDaysBack = 400;

}  // namespace

absl::StatusOr<std::optional<FoundCalendar>> FindCalendar(const Reader& reader,
                                                          const std::string& code,
                                                          uint64_t sequence) {
  ASSIGN_OR_RETURN(const std::optional<StoredDefinition> stored,
                   FindDefinition(reader, DefinitionKind::kCalendar, code, sequence));
  if (!stored.has_value()) return std::optional<FoundCalendar>();
  timetable::v1::Calendar definition;
  if (!definition.ParseFromString(stored->bytes)) {
    return absl::DataLossError("a stored calendar cannot be read");
  }
  ASSIGN_OR_RETURN(WorkingCalendar calendar, CalendarOf(definition));
  return std::optional<FoundCalendar>(FoundCalendar{std::move(calendar), definition.version()});
}

std::optional<Period> CollectionStretch::FirstWithWindow() const {
  std::optional<Period> period;
  if (spec.has_value()) period = spec->from;
  while (period.has_value() && period->start() < days.from) period = period->Next();
  if (period.has_value() && !days.Covers(period->start())) return std::nullopt;
  return period;
}

absl::StatusOr<WindowReader> WindowReader::Make(const Reader* reader, const std::string& collection,
                                                uint64_t sequence) {
  CatalogueTime time(reader, sequence);
  ASSIGN_OR_RETURN(const CollectionTimeline* timeline, time.Collection(collection));
  if (timeline->stretches.empty()) return NotFound(absl::StrCat("collection ", collection));
  std::vector<CollectionStretch> stretches;
  for (const Stretch& stretch : timeline->stretches) {
    const std::optional<DayRange> used = stretch.InUse();
    if (!used.has_value()) continue;
    const catalogue::v1::Collection& definition = timeline->newest_first[stretch.version];
    CollectionStretch& one =
        stretches.emplace_back(CollectionStretch{*used, definition, SpecOf(definition), {}});
    if (!one.spec.has_value()) continue;
    ASSIGN_OR_RETURN(one.calendar, FindCalendar(*reader, one.spec->calendar, sequence));
  }
  return WindowReader(reader, collection, sequence, std::move(stretches));
}

const CollectionStretch* WindowReader::StretchOf(const Period& period) const {
  const auto found = std::find_if(
      stretches_.begin(), stretches_.end(),
      [&period](const CollectionStretch& one) { return one.days.Covers(period.start()); });
  return found == stretches_.end() ? nullptr : &*found;
}

absl::StatusOr<WindowView> WindowReader::At(const Period& period) const {
  WindowView view;
  ASSIGN_OR_RETURN(const StoredWindow stored,
                   FindWindow(*reader_, WindowKey{collection_, period.ToString()}));
  if (stored.facts.has_value()) {
    view.facts = stored.facts->At(sequence_);
    view.opened = view.facts.opened != 0;
  }
  const CollectionStretch* stretch = StretchOf(period);
  const bool planned =
      stretch != nullptr && stretch->spec.has_value() && stretch->spec->Covers(period);
  view.exists = view.opened || planned;
  if (view.opened) {
    view.moments = view.facts.moments;
  } else if (planned && stretch->calendar.has_value()) {
    view.moments = MomentsOf(*stretch->spec, stretch->calendar->calendar, period);
  }
  return view;
}

absl::Status WindowReader::VisitDue(const CivilDay& first, const CivilDay& last,
                                    VisitWindow visit) const {
  for (const CollectionStretch& stretch : stretches_) {
    RETURN_IF_ERROR(VisitDueOf(stretch, first, last, visit));
  }
  return absl::OkStatus();
}

absl::Status WindowReader::VisitDueOf(const CollectionStretch& stretch, const CivilDay& first,
                                      const CivilDay& last, VisitWindow visit) const {
  const std::optional<CivilDay> back = first.PlusDays(-kDaysBack);
  for (std::optional<Period> period = stretch.FirstWithWindow();
       period.has_value() && stretch.days.Covers(period->start()); period = period->Next()) {
    if (back.has_value() && period->end() < *back) continue;
    ASSIGN_OR_RETURN(const WindowView view, At(*period));
    if (!view.moments.has_value()) {
      const bool too_early =
          stretch.calendar.has_value() && BeginsAfter(stretch.calendar->calendar, *period);
      if (too_early) continue;
      break;
    }
    if (LondonDay(view.moments->opens) > last) break;
    RETURN_IF_ERROR(visit(stretch, *period, view, *view.moments));
  }
  return absl::OkStatus();
}

timetable::v1::WindowMoments ToWire(const Moments& moments) {
  timetable::v1::WindowMoments wire;
  *wire.mutable_open_time() = onereturn::ToWire(moments.opens);
  *wire.mutable_due_time() = onereturn::ToWire(moments.due);
  if (moments.refresh.has_value()) {
    *wire.mutable_refresh_time() = onereturn::ToWire(*moments.refresh);
  }
  *wire.mutable_close_time() = onereturn::ToWire(moments.closes);
  return wire;
}

std::string WindowName(const WindowKey& key) {
  return absl::StrCat("collections/", key.collection, "/windows/", key.period);
}

absl::StatusOr<WindowKey> ParseWindowName(absl::string_view name) {
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  if (parts.size() != 4 || parts[0] != "collections" || parts[2] != "windows") {
    return NotFound(name);
  }
  const absl::StatusOr<Period> period = Period::Parse(parts[3]);
  if (!period.ok()) return NotFound(name);
  return WindowKey{parts[1], period->ToString()};
}

bool InForceAt(const timetable::v1::Extension& extension, uint64_t sequence) {
  const auto happened = [sequence](uint64_t fact) { return fact != 0 && fact <= sequence; };
  return happened(extension.give_sequence()) && !happened(extension.revoke_sequence()) &&
         !happened(extension.end_sequence());
}

}  // namespace onereturn::ingestion

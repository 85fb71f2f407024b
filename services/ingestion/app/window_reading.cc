#include "services/ingestion/app/window_reading.h"

#include <set>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/feed/wire.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {}  // namespace

absl::StatusOr<WorkingCalendar> CalendarOf(const timetable::v1::Calendar& calendar) {
  ASSIGN_OR_RETURN(const CivilDay first, CivilDay::Parse(calendar.from_date()));
  ASSIGN_OR_RETURN(const CivilDay last, CivilDay::Parse(calendar.to_date()));
  std::set<CivilDay> holidays;
  for (const timetable::v1::Holiday& holiday : calendar.holidays()) {
    ASSIGN_OR_RETURN(const CivilDay day, CivilDay::Parse(holiday.date()));
    holidays.insert(day);
  }
  return WorkingCalendar(first, last, std::move(holidays));
}

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

absl::StatusOr<catalogue::v1::Collection> CollectionAt(const Reader& reader,
                                                       const std::string& code, uint64_t sequence) {
  ASSIGN_OR_RETURN(const std::optional<StoredDefinition> stored,
                   FindDefinition(reader, DefinitionKind::kCollection, code, sequence));
  if (!stored.has_value()) return NotFound();
  catalogue::v1::Collection collection;
  if (!collection.ParseFromString(stored->bytes)) {
    return absl::DataLossError("a stored collection cannot be read");
  }
  return collection;
}

absl::StatusOr<WindowReader> WindowReader::Make(const Reader* reader,
                                                const catalogue::v1::Collection& collection,
                                                uint64_t sequence) {
  std::optional<WindowSpec> spec = SpecOf(collection);
  std::optional<FoundCalendar> calendar;
  if (spec.has_value()) {
    ASSIGN_OR_RETURN(calendar, FindCalendar(*reader, spec->calendar, sequence));
  }
  return WindowReader(reader, collection.code(), sequence, std::move(spec), std::move(calendar));
}

absl::StatusOr<WindowView> WindowReader::At(const Period& period) const {
  WindowView view;
  ASSIGN_OR_RETURN(const StoredWindow stored,
                   FindWindow(*reader_, WindowKey{collection_, period.ToString()}));
  if (stored.facts.has_value()) {
    view.facts = stored.facts->At(sequence_);
    view.opened = view.facts.opened != 0;
  }
  view.exists = view.opened || (spec_.has_value() && spec_->Covers(period));
  if (view.opened) {
    view.moments = view.facts.moments;
  } else if (view.exists && calendar_.has_value()) {
    view.moments = MomentsOf(*spec_, calendar_->calendar, period);
  }
  return view;
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
  if (parts.size() != 4 || parts[0] != "collections" || parts[2] != "windows") return NotFound();
  const absl::StatusOr<Period> period = Period::Parse(parts[3]);
  if (!period.ok()) return NotFound();
  return WindowKey{parts[1], period->ToString()};
}

bool InForceAt(const timetable::v1::Extension& extension, uint64_t sequence) {
  const auto happened = [sequence](uint64_t fact) { return fact != 0 && fact <= sequence; };
  return happened(extension.give_sequence()) && !happened(extension.revoke_sequence()) &&
         !happened(extension.end_sequence());
}

}  // namespace onereturn::ingestion

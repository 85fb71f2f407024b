// What one organisation owes in the weeks ahead.
#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/feed/wire.h"
#include "common/period/london_day.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/app/timetable/read_timetable.h"
#include "services/ingestion/app/timetable/window_lists.h"
#include "services/ingestion/app/timetable/window_reading.h"
#include "services/ingestion/store/catalogue_table.h"

namespace onereturn::ingestion {
namespace {

constexpr uint32_t kUsualWeeks = 13;
constexpr uint32_t kMostWeeks = 53;
constexpr int kWeekDays = 7;

using timetable::v1::EstimatedMinutes;
using timetable::v1::ForwardEntry;

struct Days {
  CivilDay first;
  CivilDay last;  // Inclusive.
};

absl::StatusOr<CivilDay> FirstDayOf(const Reader& reader, const std::string& text,
                                    uint64_t sequence) {
  if (!text.empty()) {
    const absl::StatusOr<CivilDay> day = CivilDay::Parse(text);
    if (day.ok()) return *day;
    return Error(Reason::kFieldInvalid, "the first day cannot be read")
        .Field("from_date", day.status().message());
  }
  if (sequence == 0) return LondonDay(Timestamp{});
  ASSIGN_OR_RETURN(const std::string bytes, EntryBytes(reader, sequence));
  feed::v1::Entry entry;
  if (!entry.ParseFromString(bytes)) return absl::DataLossError("a stored entry cannot be read");
  return LondonDay(Timestamp{entry.time_micros()});
}

void AddMinutes(const EstimatedMinutes& more, EstimatedMinutes* sum) {
  sum->set_gathering(sum->gathering() + more.gathering());
  sum->set_quality_assurance(sum->quality_assurance() + more.quality_assurance());
  sum->set_extraction_and_transformation(sum->extraction_and_transformation() +
                                         more.extraction_and_transformation());
  sum->set_transmission(sum->transmission() + more.transmission());
  sum->set_system_change_and_development(sum->system_change_and_development() +
                                         more.system_change_and_development());
  sum->set_training_and_guidance(sum->training_and_guidance() + more.training_and_guidance());
}

bool IsHeld(timetable::v1::Standing standing) {
  return standing == timetable::v1::STANDING_HELD ||
         standing == timetable::v1::STANDING_HELD_ON_TIME ||
         standing == timetable::v1::STANDING_HELD_LATE;
}

bool IsWaitedFor(timetable::v1::Standing standing) {
  return standing == timetable::v1::STANDING_OPEN || standing == timetable::v1::STANDING_LATE ||
         standing == timetable::v1::STANDING_EXTENDED;
}

absl::StatusOr<Timestamp> DueOf(const ForwardEntry& entry) {
  return FromWire(entry.has_extended_until() ? entry.extended_until() : entry.moments().due_time());
}

// What the organisation owes for the period.
absl::StatusOr<ForwardEntry> EntryOf(const Reader& reader, const ReturnKey& key,
                                     const CollectionStretch& stretch, const WindowView& view,
                                     const Moments& moments, uint64_t sequence) {
  ASSIGN_OR_RETURN(const StandingRow row, StandingAt(reader, view, true, key, sequence));
  ASSIGN_OR_RETURN(const auto until, ExtendedUntil(reader, key, sequence));
  ForwardEntry entry;
  entry.set_collection(key.collection);
  entry.set_period(key.period);
  *entry.mutable_moments() = ToWire(moments);
  entry.set_planned(!view.opened);
  entry.set_standing(static_cast<timetable::v1::Standing>(row.standing));
  if (until.has_value()) *entry.mutable_extended_until() = onereturn::ToWire(*until);
  // As a whole, and all of its items: as burden counts it.
  if (stretch.definition.has_estimated_minutes()) {
    *entry.mutable_minutes() = stretch.definition.estimated_minutes();
  }
  for (const catalogue::v1::ItemMinutes& item : stretch.definition.item_minutes()) {
    AddMinutes(item.minutes(), entry.mutable_minutes());
  }
  return entry;
}

// Adds the entries of a collection.
absl::Status AddEntries(const Reader& reader, const std::string& organisation,
                        const WindowReader& windows, const Days& days, uint64_t sequence,
                        std::vector<ForwardEntry>* entries) {
  return windows.VisitDue(
      days.first, days.last,
      [&](const CollectionStretch& stretch, const Period& period, const WindowView& view,
          const Moments& moments) -> absl::Status {
        if (!Owes(windows, organisation, period)) return absl::OkStatus();
        const ReturnKey key{windows.collection(), period.ToString(), organisation};
        ASSIGN_OR_RETURN(ForwardEntry entry,
                         EntryOf(reader, key, stretch, view, moments, sequence));
        ASSIGN_OR_RETURN(const Timestamp due, DueOf(entry));
        const CivilDay day = LondonDay(due);
        const bool asked_for = day >= days.first && day <= days.last;
        if (asked_for || IsWaitedFor(entry.standing())) entries->push_back(std::move(entry));
        return absl::OkStatus();
      });
}

// What is due before the first week and still waited for counts in the first.
absl::Status FillWeeks(const CivilDay& monday, uint32_t weeks,
                       timetable::v1::GetForwardCalendarResponse* response) {
  for (uint32_t i = 0; i < weeks; ++i) {
    const std::optional<CivilDay> day = monday.PlusDays(int64_t{i} * kWeekDays);
    if (!day.has_value()) return absl::OkStatus();
    response->add_weeks()->set_monday(day->ToString());
  }
  for (const ForwardEntry& entry : response->entries()) {
    if (IsHeld(entry.standing())) continue;
    ASSIGN_OR_RETURN(const Timestamp due, DueOf(entry));
    const int days = LondonDay(due).EpochDays() - monday.EpochDays();
    const int place = std::max(days, 0) / kWeekDays;
    if (place >= response->weeks_size()) continue;
    timetable::v1::ForwardWeek* week = response->mutable_weeks(place);
    week->set_returns_due(week->returns_due() + 1);
    AddMinutes(entry.minutes(), week->mutable_minutes());
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<timetable::v1::GetForwardCalendarResponse> GetForwardCalendar(
    const Reader& reader, const std::string& organisation,
    const timetable::v1::GetForwardCalendarRequest& request, uint64_t sequence) {
  const uint32_t weeks = request.weeks() == 0 ? kUsualWeeks : request.weeks();
  if (weeks > kMostWeeks) {
    return Error(Reason::kRange, "too many weeks are asked for").Field("weeks", "must be 1 to 53");
  }
  ASSIGN_OR_RETURN(const CivilDay first, FirstDayOf(reader, request.from_date(), sequence));
  const std::optional<CivilDay> monday = first.PlusDays(1 - first.IsoWeekday());
  const std::optional<CivilDay> last =
      monday.has_value() ? monday->PlusDays(int64_t{weeks} * kWeekDays - 1) : std::nullopt;
  if (!last.has_value()) {
    return Error(Reason::kFieldInvalid, "the weeks leave the calendar")
        .Field("from_date", "lies too near the edge of the years");
  }
  timetable::v1::GetForwardCalendarResponse response;
  response.set_from_date(first.ToString());
  std::vector<ForwardEntry> entries;
  RETURN_IF_ERROR(
      VisitDefinitions(reader, DefinitionKind::kCollection, "", sequence,
                       [&](const StoredDefinition& stored) -> absl::StatusOr<bool> {
                         ASSIGN_OR_RETURN(const WindowReader windows,
                                          WindowReader::Make(&reader, stored.code, sequence));
                         RETURN_IF_ERROR(AddEntries(reader, organisation, windows,
                                                    Days{first, *last}, sequence, &entries));
                         return true;
                       }));
  std::sort(entries.begin(), entries.end(), [](const ForwardEntry& a, const ForwardEntry& b) {
    const auto key = [](const ForwardEntry& entry) {
      const google::protobuf::Timestamp& due =
          entry.has_extended_until() ? entry.extended_until() : entry.moments().due_time();
      return std::make_tuple(due.seconds(), due.nanos(), entry.collection(), entry.period());
    };
    return key(a) < key(b);
  });
  for (ForwardEntry& entry : entries) *response.add_entries() = std::move(entry);
  RETURN_IF_ERROR(FillWeeks(*monday, weeks, &response));
  return response;
}

}  // namespace onereturn::ingestion

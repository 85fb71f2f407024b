#include "services/ingestion/app/timetable/read_timetable.h"

#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/timetable/window_lists.h"
#include "services/ingestion/app/timetable/window_reading.h"

namespace onereturn::ingestion {
namespace {

constexpr int kMostPeriods = 60;

absl::StatusOr<Period> PeriodIn(const std::string& text, absl::string_view field) {
  absl::StatusOr<Period> period = Period::Parse(text);
  if (period.ok()) return period;
  return Error(Reason::kPeriod,
               absl::StrCat("the period cannot be read: ", period.status().message()))
      .Field(field, period.status().message());
}

timetable::v1::WindowState StateOf(const WindowView& view) {
  if (!view.opened) return timetable::v1::WINDOW_STATE_PLANNED;
  if (view.facts.closed != 0) return timetable::v1::WINDOW_STATE_CLOSED;
  if (view.facts.refreshed != 0) return timetable::v1::WINDOW_STATE_REFRESHED;
  return view.facts.cut != 0 ? timetable::v1::WINDOW_STATE_DUE : timetable::v1::WINDOW_STATE_OPEN;
}

absl::StatusOr<std::vector<Period>> PeriodsBetween(const std::string& from, const std::string& to) {
  ASSIGN_OR_RETURN(const Period first, PeriodIn(from, "from_period"));
  ASSIGN_OR_RETURN(const Period last, PeriodIn(to, "to_period"));
  if (first.kind() != last.kind()) {
    return Error(Reason::kPeriod, "the two periods are not of one kind")
        .Field("to_period", absl::StrCat("is not of kind ", PeriodKindName(first.kind())));
  }
  std::vector<Period> periods;
  for (std::optional<Period> period = first; period.has_value() && period->end() <= last.end();
       period = period->Next()) {
    periods.push_back(*period);
    if (periods.size() > kMostPeriods) break;
  }
  if (periods.empty() || periods.size() > kMostPeriods) {
    return Error(Reason::kRange, absl::StrCat("1 to ", kMostPeriods, " periods can be asked for"))
        .Field("to_period", periods.empty() ? "lies before from_period" : "is too far ahead")
        .Remedy(periods.empty() ? "Give the earlier period first."
                                : "Ask for fewer periods at once.");
  }
  return periods;
}

}  // namespace

absl::StatusOr<timetable::v1::Window> GetWindow(const Reader& reader, const WindowKey& key,
                                                uint64_t sequence, const PositionText& position) {
  ASSIGN_OR_RETURN(const WindowReader windows,
                   WindowReader::Make(&reader, key.collection, sequence));
  ASSIGN_OR_RETURN(const Period period, PeriodIn(key.period, "name"));
  ASSIGN_OR_RETURN(const WindowView view, windows.At(period));
  if (!view.moments.has_value()) {
    return NotFound(absl::StrCat("window of ", key.collection, " for ", key.period));
  }
  timetable::v1::Window window;
  window.set_name(WindowName(key));
  window.set_collection(key.collection);
  window.set_period(key.period);
  window.set_state(StateOf(view));
  *window.mutable_moments() = ToWire(*view.moments);
  window.set_open_sequence(view.facts.opened);
  window.set_close_sequence(view.facts.closed);
  window.set_cut_sequence(view.facts.cut);
  window.set_refresh_sequence(view.facts.refreshed);
  if (view.facts.cut != 0) window.set_cut_position(position(view.facts.cut));
  if (view.facts.refreshed != 0) window.set_refresh_position(position(view.facts.refreshed));
  return window;
}

absl::StatusOr<timetable::v1::ListExtensionsResponse> ListExtensions(
    const Reader& reader, const OrganisationScope& scope,
    const timetable::v1::ListExtensionsRequest& request, uint64_t sequence) {
  RETURN_IF_ERROR(WindowReader::Make(&reader, request.collection(), sequence).status());
  ASSIGN_OR_RETURN(const Period period, PeriodIn(request.period(), "period"));
  timetable::v1::ListExtensionsResponse list;
  RETURN_IF_ERROR(VisitExtensions(reader, {request.collection(), period.ToString()},
                                  [&](const timetable::v1::Extension& extension) -> absl::Status {
                                    if (extension.give_sequence() > sequence)
                                      return absl::OkStatus();
                                    if (!scope.Covers(extension.organisation()))
                                      return absl::OkStatus();
                                    timetable::v1::Extension* then = list.add_extensions();
                                    *then = extension;
                                    if (then->revoke_sequence() > sequence)
                                      then->clear_revoke_sequence();
                                    if (then->end_sequence() > sequence) then->clear_end_sequence();
                                    return absl::OkStatus();
                                  }));
  return list;
}

absl::StatusOr<timetable::v1::GetCompletenessResponse> GetCompleteness(
    const Reader& reader, const OrganisationScope& scope,
    const timetable::v1::GetCompletenessRequest& request, uint64_t sequence) {
  ASSIGN_OR_RETURN(const WindowReader windows,
                   WindowReader::Make(&reader, request.collection(), sequence));
  ASSIGN_OR_RETURN(const std::vector<Period> periods,
                   PeriodsBetween(request.from_period(), request.to_period()));
  timetable::v1::GetCompletenessResponse response;
  std::map<std::string, timetable::v1::CompletenessRow> rows;
  for (const Period& period : periods) {
    response.add_periods(period.ToString());
    ASSIGN_OR_RETURN(const auto standings, StandingsAt(reader, scope, windows, period, sequence));
    for (const auto& [organisation, standing] : standings) {
      timetable::v1::CompletenessRow& row = rows[organisation];
      while (row.standings_size() + 1 < response.periods_size()) {
        row.add_standings(timetable::v1::STANDING_NOT_OWED);
      }
      row.add_standings(static_cast<timetable::v1::Standing>(standing.standing));
      const bool on_time = standing.standing == ReturnStanding::kHeldOnTime;
      if (standing.counts) row.set_due(row.due() + 1);
      if (standing.counts && on_time) row.set_on_time(row.on_time() + 1);
    }
  }
  for (auto& [organisation, row] : rows) {
    while (row.standings_size() < response.periods_size()) {
      row.add_standings(timetable::v1::STANDING_NOT_OWED);
    }
    row.set_organisation(organisation);
    *response.add_rows() = std::move(row);
  }
  return response;
}

}  // namespace onereturn::ingestion

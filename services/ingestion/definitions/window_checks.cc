#include "services/ingestion/definitions/window_checks.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/utf8.h"
#include "common/period/civil_day.h"
#include "common/status/status_macros.h"
#include "services/ingestion/definitions/definition_checks.h"

namespace onereturn::ingestion {
namespace {

constexpr uint32_t kMostWorkingDays = 250;
constexpr size_t kMostNameBytes = 200;
constexpr int kHourSeconds = 3600;
constexpr int kMinuteSeconds = 60;

std::optional<CivilDay> ReadCalendarDay(const std::string& text, absl::string_view field,
                                        Error* faults) {
  const absl::StatusOr<CivilDay> day = CivilDay::Parse(text);
  if (day.ok()) return *day;
  faults->Field(field, day.status().message());
  return std::nullopt;
}

bool IsTimeOfDay(const std::string& text) {
  if (text.size() != 8 || text[2] != ':' || text[5] != ':') return false;
  const auto part = [&text](size_t at, int below) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(text[at])) ||
        !absl::ascii_isdigit(static_cast<unsigned char>(text[at + 1]))) {
      return false;
    }
    return (text[at] - '0') * 10 + (text[at + 1] - '0') < below;
  };
  return part(0, 24) && part(3, 60) && part(6, 60);
}

void CheckWorkingDay(uint32_t day, absl::string_view field, Error* faults) {
  if (day == 0 || day > kMostWorkingDays) {
    faults->Field(field, absl::StrCat("must be 1 to ", kMostWorkingDays));
  }
}

// Of "HH:MM:SS", which was checked when it was defined.
int SecondsOf(const std::string& time_of_day) {
  int parts[3] = {0, 0, 0};
  size_t i = 0;
  for (absl::string_view part : absl::StrSplit(time_of_day, ':')) {
    if (i < 3 && !absl::SimpleAtoi(part, &parts[i])) parts[i] = 0;
    ++i;
  }
  return parts[0] * kHourSeconds + parts[1] * kMinuteSeconds + parts[2];
}

}  // namespace

absl::Status CheckCalendar(const timetable::v1::Calendar& calendar) {
  Error faults(Reason::kDefinitionInvalid,
               absl::StrCat("the definition of calendar ", calendar.code(), " is wrong"));
  if (!IsCode(calendar.code(), CodeStyle::kCollection)) {
    faults.Field("calendar.code", CodeRule(CodeStyle::kCollection));
  }
  const std::string& name = calendar.display_name();
  if (absl::StripAsciiWhitespace(name).empty()) faults.Field("calendar.display_name", "is missing");
  if (name.size() > kMostNameBytes) {
    faults.Field("calendar.display_name", "is longer than 200 bytes");
  }
  if (!IsSafeText(name)) {
    faults.Field("calendar.display_name", "holds a character that cannot be shown");
  }
  const auto first = ReadCalendarDay(calendar.from_date(), "calendar.from_date", &faults);
  const auto last = ReadCalendarDay(calendar.to_date(), "calendar.to_date", &faults);
  if (first.has_value() && last.has_value() && *last < *first) {
    faults.Field("calendar.to_date", "lies before from_date");
  }
  std::optional<CivilDay> before;
  for (int i = 0; i < calendar.holidays_size(); ++i) {
    const std::string path = absl::StrCat("calendar.holidays[", i, "].date");
    const auto day = ReadCalendarDay(calendar.holidays(i).date(), path, &faults);
    if (!day.has_value()) continue;
    if (before.has_value() && *day <= *before) faults.Field(path, "is not after the one before it");
    if ((first.has_value() && *day < *first) || (last.has_value() && *day > *last)) {
      faults.Field(path, "lies outside from_date to to_date");
    }
    before = day;
  }
  if (faults.fields_total() > 0) return faults;
  return absl::OkStatus();
}

void CheckWindow(const timetable::v1::CollectionWindow& window, PeriodKind kind, Error* faults) {
  if (window.calendar().empty()) faults->Field("window.calendar", "is missing");
  const absl::StatusOr<Period> from = Period::Parse(window.from_period());
  if (!from.ok()) {
    faults->Field("window.from_period", from.status().message());
  } else if (from->kind() != kind) {
    faults->Field("window.from_period", absl::StrCat("is not of kind ", PeriodKindName(kind)));
  }
  CheckWorkingDay(window.open_working_day(), "window.open_working_day", faults);
  CheckWorkingDay(window.due_working_day(), "window.due_working_day", faults);
  CheckWorkingDay(window.close_working_day(), "window.close_working_day", faults);
  if (window.due_working_day() < window.open_working_day()) {
    faults->Field("window.due_working_day", "lies before open_working_day");
  }
  const uint32_t refresh = window.refresh_working_day();
  if (refresh > kMostWorkingDays) {
    faults->Field("window.refresh_working_day", "must be 0, for none, or 1 to 250");
  }
  if (refresh != 0 && refresh < window.due_working_day()) {
    faults->Field("window.refresh_working_day", "lies before due_working_day");
  }
  if (window.close_working_day() < std::max(window.due_working_day(), refresh)) {
    faults->Field("window.close_working_day", "lies before the due or the refresh day");
  }
  if (!IsTimeOfDay(window.due_time_of_day())) {
    faults->Field("window.due_time_of_day", "is not of the form HH:MM:SS");
  } else if (window.due_time_of_day() == "00:00:00" &&
             window.due_working_day() == window.open_working_day()) {
    faults->Field("window.due_time_of_day", "is the moment at which the window opens");
  }
}

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

std::optional<WindowSpec> SpecOf(const timetable::v1::CollectionWindow& window) {
  const absl::StatusOr<Period> from = Period::Parse(window.from_period());
  if (!from.ok()) return std::nullopt;
  WindowSpec spec{window.calendar(), *from};
  spec.open_day = static_cast<int>(window.open_working_day());
  spec.due_day = static_cast<int>(window.due_working_day());
  spec.due_seconds = SecondsOf(window.due_time_of_day());
  spec.refresh_day = static_cast<int>(window.refresh_working_day());
  spec.close_day = static_cast<int>(window.close_working_day());
  return spec;
}

std::optional<WindowSpec> SpecOf(const catalogue::v1::Collection& collection) {
  if (!collection.has_window()) return std::nullopt;
  return SpecOf(collection.window());
}

}  // namespace onereturn::ingestion

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"
#include "services/ingestion/app/timetable/testing/timetable_world.h"
#include "services/ingestion/definitions/window_checks.h"

namespace onereturn::ingestion {
namespace {

using ::testing::HasSubstr;

std::string Faults(const absl::Status& status) {
  std::string text;
  const std::optional<ErrorDetails> details = DetailsOf(status);
  if (!details.has_value()) return text;
  for (const FieldViolation& fault : details->fields) {
    absl::StrAppend(&text, fault.field, ": ", fault.description, "; ");
  }
  return text;
}

CivilDay FirstMondayFrom(const CivilDay& day) { return *day.PlusDays((8 - day.IsoWeekday()) % 7); }

// The rule of 1971, and Easter by the method of Meeus.
std::set<CivilDay> HolidaysByRule(int year) {
  const int a = year % 19, b = year / 100, c = year % 100, d = b / 4, e = b % 4;
  const int f = (b + 8) / 25, g = (b - f + 1) / 3, h = (19 * a + b - d - g + 15) % 30;
  const int i = c / 4, k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7;
  const int m = (a + 11 * h + 22 * l) / 451, n = h + l - 7 * m + 114;
  const CivilDay easter{year, n / 31, n % 31 + 1};
  std::set<CivilDay> days = {*easter.PlusDays(-2), *easter.PlusDays(1),
                             FirstMondayFrom({year, 5, 1}), FirstMondayFrom({year, 5, 25}),
                             FirstMondayFrom({year, 8, 25})};
  // Those on a weekend move to the next day that is free.
  for (CivilDay day : {CivilDay{year, 1, 1}, CivilDay{year, 12, 26}, CivilDay{year, 12, 25}}) {
    while (day.IsoWeekday() > 5 || days.count(day) > 0) day = *day.PlusDays(1);
    days.insert(day);
  }
  return days;
}

TEST(EnglishCalendarDataTest, HoldsTheDaysOfTheRuleAndThoseProclaimed) {
  const timetable::v1::Calendar calendar = EnglishWorkingDays().calendars(0);
  ASSERT_THAT(CheckCalendar(calendar), IsOk());
  std::set<CivilDay> held;
  for (const auto& holiday : calendar.holidays()) {
    held.insert(CivilDay::Parse(holiday.date()).value());
  }
  std::set<CivilDay> expected;
  for (int year = 2016; year <= 2028; ++year) expected.merge(HolidaysByRule(year));
  // 2020: moved to the anniversary of VE Day. 2022: moved, the jubilee, the state funeral. 2023:
  // the coronation.
  for (const CivilDay& gone : {CivilDay{2020, 5, 4}, CivilDay{2022, 5, 30}}) expected.erase(gone);
  expected.insert({{2020, 5, 8}, {2022, 6, 2}, {2022, 6, 3}, {2022, 9, 19}, {2023, 5, 8}});
  EXPECT_EQ(held, expected);
  EXPECT_EQ(held.size(), 13 * 8 + 3);
}

TEST(CalendarChecksTest, EveryFaultIsNamed) {
  timetable::v1::Calendar calendar;
  calendar.set_code("no code!");
  calendar.set_from_date("2025-01-01");
  calendar.set_to_date("2024-12-31");
  calendar.add_holidays()->set_date("2025-02-30");
  calendar.add_holidays()->set_date("2025-05-05");
  calendar.add_holidays()->set_date("2025-05-05");
  const absl::Status status = CheckCalendar(calendar);
  EXPECT_THAT(status, HasReason(Reason::kDefinitionInvalid));
  const std::string faults = Faults(status);
  for (const char* field :
       {"calendar.code", "calendar.display_name", "calendar.to_date: lies before",
        "calendar.holidays[0].date", "calendar.holidays[2].date: is not after"}) {
    EXPECT_THAT(faults, HasSubstr(field));
  }
}

TEST(WindowChecksTest, EveryFaultIsNamed) {
  const auto faults_of = [](const std::function<void(timetable::v1::CollectionWindow*)>& change) {
    timetable::v1::CollectionWindow window = WithWindows().collections(0).window();
    change(&window);
    Error faults(Reason::kDefinitionInvalid, "wrong");
    CheckWindow(window, PeriodKind::kMonth, &faults);
    return Faults(faults);
  };
  EXPECT_EQ(faults_of([](auto*) {}), "");
  const struct {
    const char* field;
    std::function<void(timetable::v1::CollectionWindow*)> change;
  } cases[] = {
      {"window.calendar: is missing", [](auto* one) { one->clear_calendar(); }},
      {"window.from_period", [](auto* one) { one->set_from_period("2025-6"); }},
      {"window.from_period: is not of kind MONTH",
       [](auto* one) { one->set_from_period("2025-Q2"); }},
      {"window.open_working_day: must be 1 to 250",
       [](auto* one) { one->clear_open_working_day(); }},
      {"window.due_working_day: lies before", [](auto* one) { one->set_open_working_day(3); }},
      {"window.refresh_working_day: lies before",
       [](auto* one) { one->set_refresh_working_day(1); }},
      {"window.close_working_day: lies before", [](auto* one) { one->set_close_working_day(4); }},
      {"window.close_working_day: must be", [](auto* one) { one->set_close_working_day(251); }},
      {"window.due_time_of_day: is not", [](auto* one) { one->set_due_time_of_day("24:00:00"); }},
      {"window.due_time_of_day: is not", [](auto* one) { one->set_due_time_of_day("5pm"); }},
      {"window.due_time_of_day: is the moment",
       [](auto* one) {
         one->set_due_time_of_day("00:00:00");
         one->set_due_working_day(1);
       }},
  };
  for (const auto& one : cases) EXPECT_THAT(faults_of(one.change), HasSubstr(one.field));
}

TEST(WindowChecksTest, AWindowsCalendarMustBeDefined) {
  TestIngestion ingestion;
  config::v1::DefinitionSet set = WithWindows();
  const catalogue::v1::Collection collection = set.collections(0);
  set.clear_collections();
  set.clear_calendars();
  ingestion.Apply(set);
  EXPECT_THAT(ingestion.DefineOne(collection), HasReason(Reason::kDefinitionUnknown));
  ingestion.Apply(EnglishWorkingDays());
  const auto defined = ingestion.DefineOne(collection);
  ASSERT_THAT(defined, IsOk());
  // The same calendar is not written again; another is its second version.
  timetable::v1::Calendar calendar = EnglishWorkingDays().calendars(0);
  EXPECT_TRUE(ingestion.DefineOne(calendar)->unchanged);
  calendar.mutable_holidays()->RemoveLast();
  EXPECT_EQ(ingestion.DefineOne(calendar)->definition.version(), 2);
}

}  // namespace
}  // namespace onereturn::ingestion

#include "services/ingestion/domain/return_window.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>

#include "services/ingestion/domain/testing/english_calendar.h"

namespace onereturn::ingestion {
namespace {

Period PeriodAt(const std::string& text) { return Period::Parse(text).value(); }

WindowSpec WindowFrom(const std::string& period, int due, int close) {
  WindowSpec spec{"england", PeriodAt(period)};
  spec.due_day = due;
  spec.due_seconds = 24 * 3600 - 1;
  spec.close_day = close;
  return spec;
}

Moments MomentsIn(const WindowSpec& spec, const std::string& period) {
  return MomentsOf(spec, EnglishCalendar(), PeriodAt(period)).value();
}

std::string DayText(const CivilDay& after, int count) {
  return EnglishCalendar().WorkingDayAfter(after, count).value().ToString();
}

TEST(WorkingCalendarTest, LeavesOutWeekendsAndHolidays) {
  const WorkingCalendar calendar = EnglishCalendar();
  EXPECT_EQ(calendar.IsWorkingDay({2022, 9, 16}), true);
  EXPECT_EQ(calendar.IsWorkingDay({2022, 9, 17}), false);  // Saturday.
  EXPECT_EQ(calendar.IsWorkingDay({2022, 9, 19}), false);  // The state funeral.
  EXPECT_EQ(calendar.IsWorkingDay({2020, 5, 4}), true);    // Moved to 8 May.
  EXPECT_EQ(calendar.IsWorkingDay({2020, 5, 8}), false);
  EXPECT_EQ(DayText({2022, 6, 1}, 1), "2022-06-06");    // Two days of the jubilee, a weekend.
  EXPECT_EQ(DayText({2021, 12, 24}, 1), "2021-12-29");  // Both substitutes.
  EXPECT_EQ(DayText({2022, 9, 16}, 0), "2022-09-16");
  EXPECT_EQ(calendar.WorkingDayBefore({2022, 5, 3}, 1), (CivilDay{2022, 4, 29}));
}

TEST(WorkingCalendarTest, KnowsNothingOutsideItsDays) {
  const WorkingCalendar calendar = EnglishCalendar();
  EXPECT_EQ(calendar.IsWorkingDay({2023, 1, 1}), std::nullopt);
  EXPECT_EQ(calendar.WorkingDayAfter({2022, 12, 30}, 1), std::nullopt);
  EXPECT_EQ(calendar.WorkingDayBefore({2020, 1, 2}, 1), std::nullopt);
  EXPECT_EQ(calendar.WorkingDayAfter({2022, 12, 29}, 1), (CivilDay{2022, 12, 30}));
}

TEST(WorkingCalendarTest, DaysForwardAndBackMeet) {
  EXPECT_TRUE(rc::check([] {
    const WorkingCalendar calendar = EnglishCalendar();
    const CivilDay start = *CivilDay{2020, 6, 1}.PlusDays(*rc::gen::inRange(0, 500));
    const int count = *rc::gen::inRange(1, 60);
    const std::optional<CivilDay> there = calendar.WorkingDayAfter(start, count);
    RC_ASSERT(there.has_value());
    RC_ASSERT(calendar.IsWorkingDay(*there) == true);
    // As many working days lie in between as were asked for.
    int working = 0;
    for (CivilDay day = start; day < *there;) {
      day = *day.PlusDays(1);
      working += calendar.IsWorkingDay(day) == true ? 1 : 0;
    }
    RC_ASSERT(working == count);
    const std::optional<CivilDay> back = calendar.WorkingDayBefore(*there, count);
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back <= start);
  }));
}

// As NHS England published them.
TEST(ReturnWindowTest, OpensAndClosesOnThePublishedDays) {
  const struct {
    const char* period;
    int close_day;
    const char* opens;
    const char* closes;
  } cases[] = {
      {"2022-04", 2, "2022-05-02T23:00:00", "2022-05-04T22:59:59"},  // 3 to 4 May.
      {"2022-06", 2, "2022-06-30T23:00:00", "2022-07-04T22:59:59"},  // 1 to 4 July.
      {"2021-Q2", 22, "2021-06-30T23:00:00", "2021-07-30T22:59:59"},
      {"2021-Q3", 21, "2021-09-30T23:00:00", "2021-10-29T22:59:59"},
      {"2021-Q4", 24, "2022-01-04T00:00:00", "2022-02-04T23:59:59"},
      {"2022-Q1", 19, "2022-03-31T23:00:00", "2022-04-29T22:59:59"},
  };
  for (const auto& one : cases) {
    const Moments moments = MomentsIn(WindowFrom("2021-04", 1, one.close_day), one.period);
    EXPECT_EQ(FormatTimestamp(moments.opens).substr(0, 19), one.opens) << one.period;
    EXPECT_EQ(FormatTimestamp(moments.closes).substr(0, 19), one.closes) << one.period;
  }
}

// Primary submissions are due at the end of the 10th working day: of May 2022, with two bank
// holidays on the way, 16 June.
TEST(ReturnWindowTest, TheTenthWorkingDay) {
  WindowSpec spec = WindowFrom("2022-05", 10, 40);
  spec.refresh_day = 30;
  const Moments moments = MomentsIn(spec, "2022-05");
  EXPECT_EQ(FormatTimestamp(moments.due), "2022-06-16T22:59:59.000000Z");
  EXPECT_EQ(FormatTimestamp(*moments.refresh), "2022-07-14T22:59:59.000000Z");
}

TEST(ReturnWindowTest, HasNoMomentsBeyondItsCalendar) {
  EXPECT_EQ(MomentsOf(WindowFrom("2022-05", 1, 30), EnglishCalendar(), PeriodAt("2022-11")),
            std::nullopt);
  EXPECT_FALSE(WindowFrom("2022-05", 1, 2).Covers(PeriodAt("2022-04")));
  EXPECT_TRUE(WindowFrom("2022-05", 1, 2).Covers(PeriodAt("2022-05")));
}

TEST(ReturnWindowTest, StepsComeInOrderAndOnce) {
  WindowSpec spec = WindowFrom("2022-04", 2, 5);
  spec.refresh_day = 4;
  WindowFacts facts;
  facts.moments = MomentsIn(spec, "2022-04");
  const std::vector<std::pair<WindowStep, uint64_t*>> steps = {
      {WindowStep::kOpen, &facts.opened},
      {WindowStep::kCut, &facts.cut},
      {WindowStep::kListCut, &facts.cut_listed},
      {WindowStep::kRefresh, &facts.refreshed},
      {WindowStep::kListRefresh, &facts.refresh_listed},
      {WindowStep::kClose, &facts.closed},
      {WindowStep::kListClose, &facts.close_listed}};
  Timestamp before{};
  uint64_t sequence = 10;
  for (const auto& [step, place] : steps) {
    const std::optional<DueStep> next = NextStep(facts);
    ASSERT_TRUE(next.has_value());
    EXPECT_EQ(next->step, step);
    EXPECT_LE(before, next->moment);
    before = next->moment;
    *place = ++sequence;
  }
  EXPECT_EQ(NextStep(facts), std::nullopt);
  // At the cut's own sequence it has happened, and its list has not.
  EXPECT_EQ(facts.At(facts.cut).cut, facts.cut);
  EXPECT_EQ(facts.At(facts.cut).cut_listed, 0);
  EXPECT_EQ(facts.At(facts.cut - 1).cut, 0);
}

TEST(ReturnWindowTest, WhoIsTakenFollowsFromFactsAlone) {
  WindowFacts facts;
  EXPECT_EQ(AdmissionTo(nullptr, false), Admission::kNotOpen);
  EXPECT_EQ(AdmissionTo(nullptr, true), Admission::kNotOpen);
  facts.opened = 3;
  EXPECT_EQ(AdmissionTo(&facts, false), Admission::kTaken);
  facts.cut = 5;
  EXPECT_EQ(AdmissionTo(&facts, false), Admission::kTaken);
  facts.closed = 7;
  EXPECT_EQ(AdmissionTo(&facts, false), Admission::kClosed);
  EXPECT_EQ(AdmissionTo(&facts, true), Admission::kTaken);
}

TEST(ReturnWindowTest, StandingsOfOneReturn) {
  WindowFacts open;
  open.opened = 10;
  WindowFacts due = open;
  due.cut = 20;
  WindowFacts closed = due;
  closed.closed = 30;
  const ExtensionFacts extended{true, false};
  const struct {
    const char* what;
    bool owed;
    bool has_window;
    const WindowFacts* facts;
    HeldReturn held;
    ExtensionFacts extension;
    ReturnStanding standing;
    bool counts;
  } cases[] = {
      {"not owed", false, true, &due, {}, {}, ReturnStanding::kNotOwed, false},
      {"no window yet", true, true, nullptr, {}, {}, ReturnStanding::kExpected, false},
      {"no window at all", true, false, nullptr, {}, {}, ReturnStanding::kExpected, false},
      {"held without a window", true, false, nullptr, {5, false}, {}, ReturnStanding::kHeld, false},
      {"open", true, true, &open, {}, {}, ReturnStanding::kOpen, false},
      {"held while open", true, true, &open, {12, false}, {}, ReturnStanding::kHeldOnTime, false},
      {"held at the cut", true, true, &due, {19, false}, {}, ReturnStanding::kHeldOnTime, true},
      {"held after it", true, true, &due, {21, false}, {}, ReturnStanding::kHeldLate, true},
      {"late", true, true, &due, {}, {}, ReturnStanding::kLate, true},
      {"extended", true, true, &due, {}, extended, ReturnStanding::kExtended, false},
      {"extended beyond the close",
       true,
       true,
       &closed,
       {},
       extended,
       ReturnStanding::kExtended,
       false},
      {"held within an extension",
       true,
       true,
       &closed,
       {31, false},
       {true, true},
       ReturnStanding::kHeldOnTime,
       true},
      {"the extension has ended since",
       true,
       true,
       &closed,
       {31, false},
       {false, true},
       ReturnStanding::kHeldOnTime,
       true},
      {"held, and extended only later",
       true,
       true,
       &closed,
       {25, false},
       {true, false},
       ReturnStanding::kHeldLate,
       true},
      {"missing", true, true, &closed, {}, {}, ReturnStanding::kMissing, true},
      {"estimated", true, true, &closed, {0, true}, {}, ReturnStanding::kEstimated, true},
      {"estimated before", true, true, &closed, {25, true}, {}, ReturnStanding::kHeldLate, true},
  };
  for (const auto& one : cases) {
    const ReturnStanding standing =
        StandingOf(one.owed, one.has_window, one.facts, one.held, one.extension);
    EXPECT_EQ(standing, one.standing) << one.what;
    EXPECT_EQ(CountsAsDue(standing, one.facts), one.counts) << one.what;
  }
}

}  // namespace
}  // namespace onereturn::ingestion

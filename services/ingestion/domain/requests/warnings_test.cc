// What is warned of before a request goes out: worked by hand.
#include "services/ingestion/domain/requests/warnings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

CivilDay Day(const std::string& text) { return CivilDay::Parse(text).value(); }

DueWeek Week(const std::string& organisation, const std::string& week, uint64_t before,
             uint64_t added) {
  return {organisation, Period::Parse(week).value(), before, added};
}

// "R0A 2026-W16 1860+240 of 900 clash" of each.
std::vector<std::string> WeeksOf(const Warnings& warnings) {
  std::vector<std::string> texts;
  for (const WeekWarning& one : warnings.weeks) {
    texts.push_back(absl::StrCat(one.week.organisation, " ", one.week.week.ToString(), " ",
                                 one.week.before, "+", one.week.added, " of ", one.allowed,
                                 one.beyond_capacity ? " capacity" : " clash"));
  }
  return texts;
}

struct WeekCase {
  const char* name;
  uint64_t clash;
  uint64_t capacity;
  uint64_t before;
  uint64_t added;
  std::vector<std::string> warnings;
};

TEST(WarningsTest, AWeekIsTooFullBeyondWhatTheRulesSay) {
  const std::vector<WeekCase> cases = {
      {"well within", 900, 2250, 100, 200, {}},
      {"up to the clash is none", 900, 2250, 660, 240, {}},
      {"a minute more", 900, 2250, 661, 240, {"R0A 2026-W16 661+240 of 900 clash"}},
      {"it was one before", 900, 2250, 1860, 240, {"R0A 2026-W16 1860+240 of 900 clash"}},
      {"up to the capacity", 900, 2250, 2010, 240, {"R0A 2026-W16 2010+240 of 900 clash"}},
      {"beyond it", 900, 2250, 2011, 240, {"R0A 2026-W16 2011+240 of 2250 capacity"}},
      {"nothing is added to it", 900, 2250, 5000, 0, {}},
      {"no clash is set", 0, 2250, 2000, 100, {}},
      {"no capacity is set", 900, 0, 5000, 100, {"R0A 2026-W16 5000+100 of 900 clash"}},
      {"nothing is set", 0, 0, 5000, 100, {}},
  };
  for (const WeekCase& one : cases) {
    BurdenBefore burden;
    burden.clash_minutes_a_week = one.clash;
    burden.capacity_minutes_a_week = one.capacity;
    burden.weeks = {Week("R0A", "2026-W16", one.before, one.added)};
    EXPECT_EQ(WeeksOf(WarningsOf(burden)), one.warnings) << one.name;
  }
}

TEST(WarningsTest, TheFullestWeeksStandFirstAndTheRestAreCounted) {
  BurdenBefore burden;
  burden.clash_minutes_a_week = 10;
  burden.capacity_minutes_a_week = 100;
  burden.weeks = {Week("RB", "2026-W17", 0, 50), Week("RA", "2026-W18", 40, 10),
                  Week("RA", "2026-W17", 0, 50), Week("RC", "2026-W17", 90, 11)};
  const Warnings all = WarningsOf(burden);
  EXPECT_THAT(WeeksOf(all),
              ElementsAre("RC 2026-W17 90+11 of 100 capacity", "RA 2026-W17 0+50 of 10 clash",
                          "RA 2026-W18 40+10 of 10 clash", "RB 2026-W17 0+50 of 10 clash"));
  EXPECT_EQ(all.weeks_left_out, 0u);
  for (int i = 0; i < 9; ++i) burden.weeks.push_back(Week("RD", "2026-W17", 0, 20));
  const Warnings more = WarningsOf(burden);
  EXPECT_THAT(more.weeks, SizeIs(10));
  EXPECT_EQ(more.weeks_left_out, 3u);  // 4 + 9 - 10.
}

TEST(WarningsTest, ABudgetIsUsedUpByWhatIsAsked) {
  struct Case {
    uint64_t budget, used, asked;
    bool beyond;
  };
  // 120 h, of which 112 are used: 8 are left.
  for (const Case& one :
       {Case{7200, 6720, 480, false}, Case{7200, 6720, 481, true}, Case{7200, 9000, 1, true},
        Case{7200, 9000, 0, false}, Case{0, 9000, 1, false}}) {
    BurdenBefore burden;
    burden.budget_minutes = one.budget;
    burden.budget_used_minutes = one.used;
    burden.asked_minutes = one.asked;
    EXPECT_EQ(WarningsOf(burden).beyond_budget, one.beyond) << one.used << " + " << one.asked;
  }
}

EndableRequest Other(const std::string& name, uint64_t frees, std::vector<std::string> unused,
                     const std::string& expiry) {
  return {name, frees, std::move(unused), Day("2026-05-02"), Day(expiry)};
}

TEST(WarningsTest, WhatCouldEndFreesSomethingAndIsUnusedOrGoesOnForLong) {
  BurdenBefore burden;
  burden.today = Day("2026-06-01");
  burden.asked_minutes = 840;
  burden.others = {
      Other("requests/001-00", 60, {}, "2026-11-29"),  // 181 days ahead.
      Other("requests/002-00", 60, {}, "2026-11-30"),  // 182.
      Other("requests/003-00", 1140, {"beds"}, "2026-06-30"),
      Other("requests/004-00", 0, {"beds"}, "2027-06-30"),  // Nothing is outstanding.
      Other("requests/005-00", 60, {"stays"}, "2026-06-30"),
  };
  const auto names = [](const Warnings& warnings) {
    std::vector<std::string> texts;
    for (const EndableRequest& one : warnings.could_end) texts.push_back(one.name);
    return texts;
  };
  EXPECT_THAT(names(WarningsOf(burden)),
              ElementsAre("requests/003-00", "requests/002-00", "requests/005-00"));
  for (int i = 6; i < 10; ++i) {
    burden.others.push_back(Other(absl::StrCat("requests/00", i, "-00"), 1, {"x"}, "2026-06-30"));
  }
  const Warnings more = WarningsOf(burden);
  EXPECT_THAT(more.could_end, SizeIs(5));
  EXPECT_EQ(more.requests_left_out, 2u);  // 3 + 4 - 5.
  burden.asked_minutes = 0;
  EXPECT_THAT(WarningsOf(burden).could_end, IsEmpty());
}

}  // namespace
}  // namespace onereturn::ingestion

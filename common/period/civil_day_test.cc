// Goal: days and day numbers map one to one, and no day that does not exist is let in.
// Method: day numbers and weekdays known beforehand, and a walk through all 300 years against a
// calendar kept by hand.
#include "common/period/civil_day.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace onereturn {
namespace {

using ::testing::HasSubstr;

TEST(CivilDayTest, KnowsDayNumbersAndWeekdays) {
  struct Case {
    const char* text;
    int32_t epoch_days;
    int weekday;
  };
  const std::vector<Case> cases = {
      {"1970-01-01", 0, 4},      {"1969-12-31", -1, 3},     {"1900-01-01", -25'567, 1},
      {"2000-01-01", 10'957, 6}, {"2000-02-29", 11'016, 2}, {"2025-03-31", 20'178, 1},
      {"2022-07-01", 19'174, 5}, {"2199-12-31", 84'005, 2},
  };
  for (const Case& c : cases) {
    const absl::StatusOr<CivilDay> day = CivilDay::Parse(c.text);
    ASSERT_TRUE(day.ok()) << c.text;
    EXPECT_EQ(day->EpochDays(), c.epoch_days) << c.text;
    EXPECT_EQ(day->IsoWeekday(), c.weekday) << c.text;
    EXPECT_EQ(CivilDay::FromEpochDays(c.epoch_days), *day) << c.text;
  }
}

TEST(CivilDayTest, EveryDayOfTheYearsRoundTrips) {
  CivilDay expected = CivilDay::Earliest();
  int weekday = 1;  // 1 January 1900 was a Monday.
  std::string previous_text;
  int count = 0;
  for (int32_t number = CivilDay::Earliest().EpochDays();; ++number, ++count) {
    ASSERT_EQ(CivilDay::FromEpochDays(number), expected);
    ASSERT_EQ(expected.EpochDays(), number);
    ASSERT_EQ(expected.IsoWeekday(), weekday);
    const std::string text = expected.ToString();
    ASSERT_EQ(*CivilDay::Parse(text), expected);
    ASSERT_LT(previous_text, text);
    previous_text = text;
    if (expected == CivilDay::Latest()) break;
    weekday = weekday % 7 + 1;
    const bool leap = expected.year % 4 == 0 && expected.year != 1900 && expected.year != 2100;
    const int lengths[] = {31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (++expected.day > lengths[expected.month - 1]) {
      expected.day = 1;
      if (++expected.month > 12) {
        expected.month = 1;
        ++expected.year;
      }
    }
  }
  // 300 years, of which 73 have a leap day (1904 to 2196 in fours, without 2100).
  EXPECT_EQ(count + 1, 300 * 365 + 73);
}

TEST(CivilDayTest, RefusesWhatIsNoDay) {
  struct Case {
    const char* text;
    const char* words;
  };
  const std::vector<Case> cases = {
      {"", "written as year, month and day"},
      {"2025-4-30", "written as year, month and day"},
      {"2025/04/30", "written as year, month and day"},
      {"20250430", "written as year, month and day"},
      {"2025-04-3O", "written as year, month and day"},
      {"+025-04-30", "written as year, month and day"},
      {"2025-04-30 ", "written as year, month and day"},
      {"2025-02-29", "day 29 does not exist in month 2 of 2025"},
      {"1900-02-29", "day 29 does not exist in month 2 of 1900"},
      {"2100-02-29", "day 29 does not exist in month 2 of 2100"},
      {"2025-04-31", "day 31 does not exist in month 4 of 2025"},
      {"2025-04-00", "day 0 does not exist"},
      {"2025-00-10", "month 0 does not exist"},
      {"2025-13-10", "month 13 does not exist"},
      {"1899-12-31", "year 1899 lies outside"},
      {"2200-01-01", "year 2200 lies outside"},
  };
  for (const Case& c : cases) {
    const absl::StatusOr<CivilDay> day = CivilDay::Parse(c.text);
    ASSERT_FALSE(day.ok()) << c.text;
    EXPECT_EQ(day.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(day.status().message()), HasSubstr(c.words)) << c.text;
  }
  EXPECT_TRUE(CivilDay::Parse("2000-02-29").ok());
  EXPECT_TRUE(CivilDay::Parse("2024-02-29").ok());
  EXPECT_FALSE((CivilDay{2025, 2, 29}).IsValid());
  EXPECT_FALSE((CivilDay{2025, 100, 1}).IsValid());
}

TEST(CivilDayTest, AddsDaysWithinItsYears) {
  EXPECT_EQ((CivilDay{2024, 2, 28}).PlusDays(2), (CivilDay{2024, 3, 1}));
  EXPECT_EQ((CivilDay{2025, 1, 1}).PlusDays(-1), (CivilDay{2024, 12, 31}));
  EXPECT_EQ(CivilDay::Latest().PlusDays(1), std::nullopt);
  EXPECT_EQ(CivilDay::Earliest().PlusDays(-1), std::nullopt);
  EXPECT_EQ((CivilDay{2025, 1, 1}).PlusDays(INT64_MAX), std::nullopt);
  EXPECT_EQ((CivilDay{2025, 1, 1}).PlusDays(INT64_MIN), std::nullopt);
  EXPECT_EQ(CivilDay::FromEpochDays(INT64_MAX), std::nullopt);
}

TEST(CivilDayDeathTest, AnInvalidDayHasNoNumber) {
  EXPECT_DEATH((CivilDay{2025, 2, 29}).EpochDays(), "check failed");
}

}  // namespace
}  // namespace onereturn

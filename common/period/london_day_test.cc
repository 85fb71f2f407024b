#include "common/period/london_day.h"

#include <gtest/gtest.h>

namespace onereturn {
namespace {

// `instant` is "YYYY-MM-DDThh:mm" in UTC.
std::string DayAt(const std::string& instant) {
  const int64_t minutes = std::stoi(instant.substr(11, 2)) * 60 + std::stoi(instant.substr(14, 2));
  const int64_t days = CivilDay::Parse(instant.substr(0, 10)).value().EpochDays();
  return LondonDay(Timestamp{(days * 1440 + minutes) * 60'000'000}).ToString();
}

TEST(LondonDayTest, SummerTimeBeginsAndEndsOnLastSundays) {
  EXPECT_EQ(DayAt("2026-01-15T23:59"), "2026-01-15");
  EXPECT_EQ(DayAt("2026-07-15T22:59"), "2026-07-15");
  EXPECT_EQ(DayAt("2026-07-15T23:00"), "2026-07-16");
  // 2026: from 29 March to 25 October.
  EXPECT_EQ(DayAt("2026-03-28T23:30"), "2026-03-28");
  EXPECT_EQ(DayAt("2026-03-29T23:30"), "2026-03-30");
  EXPECT_EQ(DayAt("2026-10-24T23:30"), "2026-10-25");
  EXPECT_EQ(DayAt("2026-10-25T23:30"), "2026-10-25");
  // 2024: 31 March is itself the last Sunday, and 27 October.
  EXPECT_EQ(DayAt("2024-03-31T23:30"), "2024-04-01");
  EXPECT_EQ(DayAt("2024-10-26T23:30"), "2024-10-27");
  EXPECT_EQ(DayAt("2024-10-27T23:30"), "2024-10-27");
}

TEST(LondonDayTest, AnyInstantHasADay) {
  EXPECT_EQ(LondonDay(kMinTimestamp), CivilDay::Earliest());
  EXPECT_EQ(LondonDay(kMaxTimestamp), CivilDay::Latest());
  EXPECT_EQ(DayAt("1969-12-31T23:59"), "1969-12-31");
}

}  // namespace
}  // namespace onereturn

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

std::string UtcOf(const char* day, int hour, int minute) {
  const int64_t minutes =
      LondonTime(CivilDay::Parse(day).value(), (hour * 60 + minute) * 60).micros / 60'000'000;
  const int64_t of_day = minutes % 1440;
  const auto two = [](int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return CivilDay::FromEpochDays(minutes / 1440)->ToString() + "T" + two(of_day / 60) + ":" +
         two(of_day % 60);
}

TEST(LondonTimeTest, IsAnHourBehindTheClockInSummer) {
  EXPECT_EQ(UtcOf("2026-01-15", 17, 0), "2026-01-15T17:00");
  EXPECT_EQ(UtcOf("2026-07-15", 17, 0), "2026-07-15T16:00");
  EXPECT_EQ(UtcOf("2022-05-03", 0, 0), "2022-05-02T23:00");
  // The clocks go forward at 01:00 and back at 02:00.
  EXPECT_EQ(UtcOf("2026-03-29", 0, 59), "2026-03-29T00:59");
  EXPECT_EQ(UtcOf("2026-03-29", 2, 0), "2026-03-29T01:00");
  EXPECT_EQ(UtcOf("2026-10-25", 0, 59), "2026-10-24T23:59");
  EXPECT_EQ(UtcOf("2026-10-25", 1, 30), "2026-10-25T00:30");
  EXPECT_EQ(UtcOf("2026-10-25", 2, 0), "2026-10-25T02:00");
}

TEST(LondonDayTest, WhatTheClockShows) {
  const auto shown = [](const char* day, int64_t seconds) {
    return LondonClock(Timestamp{(CivilDay::Parse(day)->EpochDays() * int64_t{86'400} + seconds) *
                                 int64_t{1'000'000}});
  };
  EXPECT_EQ(shown("2026-12-01", 0), "2026-12-01 00:00:00 GMT");
  EXPECT_EQ(shown("2026-06-30", 82'800), "2026-07-01 00:00:00 BST");
  EXPECT_EQ(shown("2026-07-15", 59'405), "2026-07-15 17:30:05 BST");
  EXPECT_EQ(shown("1969-12-31", 86'399), "1969-12-31 23:59:59 GMT");
}

TEST(LondonDayTest, AnyInstantHasADay) {
  EXPECT_EQ(LondonDay(kMinTimestamp), CivilDay::Earliest());
  EXPECT_EQ(LondonDay(kMaxTimestamp), CivilDay::Latest());
  EXPECT_EQ(DayAt("1969-12-31T23:59"), "1969-12-31");
}

}  // namespace
}  // namespace onereturn

#include "common/clock/clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <thread>
#include <vector>

#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

using ::testing::HasSubstr;

// Seconds since the epoch as `date -u -d <text> +%s` tells them.
TEST(TimestampTest, FormatsAndParsesKnownInstants) {
  const struct {
    int64_t micros;
    std::string text;
  } cases[] = {
      {0, "1970-01-01T00:00:00.000000Z"},
      {-1, "1969-12-31T23:59:59.999999Z"},
      {951'782'400'000'000, "2000-02-29T00:00:00.000000Z"},
      {1'746'057'599'000'001, "2025-04-30T23:59:59.000001Z"},
      {1'774'998'000'500'000, "2026-03-31T23:00:00.500000Z"},
      {-62'135'596'800'000'000, "0001-01-01T00:00:00.000000Z"},
      {253'402'300'799'999'999, "9999-12-31T23:59:59.999999Z"},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(FormatTimestamp(Timestamp{test.micros}), test.text);
    EXPECT_THAT(ParseTimestamp(test.text), IsOkAndHolds(Timestamp{test.micros}));
  }
}

TEST(TimestampTest, ParsesOffsetsAndShortFractions) {
  const Timestamp expected = Timestamp::FromSeconds(1'746'057'599);
  for (const absl::string_view text :
       {"2025-04-30T23:59:59Z", "2025-04-30T23:59:59.0Z", "2025-05-01T00:59:59+01:00",
        "2025-04-30T18:29:59-05:30", "2025-04-30T23:59:59-00:00"}) {
    EXPECT_THAT(ParseTimestamp(text), IsOkAndHolds(expected)) << text;
  }
  EXPECT_THAT(ParseTimestamp("1970-01-01T00:00:00.5Z"), IsOkAndHolds(Timestamp{500'000}));
  EXPECT_THAT(ParseTimestamp("1970-01-01T00:00:00.000001Z"), IsOkAndHolds(Timestamp{1}));
}

TEST(TimestampTest, RefusesAllElseWithItsOwnWords) {
  const struct {
    absl::string_view text;
    absl::string_view words;
  } cases[] = {
      {"", "YYYY-MM-DD"},
      {"25-04-30T00:00:00Z", "YYYY-MM-DD"},
      {" 2025-04-30T00:00:00Z", "YYYY-MM-DD"},
      {"+025-04-30T00:00:00Z", "YYYY-MM-DD"},
      {"2025-04-30", "no T"},
      {"2025-04-30 00:00:00Z", "no T"},
      {"2025-04-30t00:00:00z", "no T"},
      {"2025-04-30T00:00Z", "HH:MM:SS"},
      {"2026-02-29T00:00:00Z", "no such day"},
      {"2026-13-01T00:00:00Z", "no such day"},
      {"2026-00-01T00:00:00Z", "no such day"},
      {"2026-04-31T00:00:00Z", "no such day"},
      {"1900-02-29T00:00:00Z", "no such day"},
      {"0000-01-01T00:00:00Z", "no year 0000"},
      {"2025-04-30T24:00:00Z", "no such time of day"},
      {"2025-04-30T00:60:00Z", "no such time of day"},
      {"2016-12-31T23:59:60Z", "leap seconds"},
      {"2025-04-30T00:00:00.1234567Z", "more than six digits"},
      {"2025-04-30T00:00:00.Z", "no digit"},
      {"2025-04-30T00:00:00+0100", "+HH:MM"},
      {"2025-04-30T00:00:00+24:00", "no such offset"},
      {"2025-04-30T00:00:00+01:60", "no such offset"},
      {"2025-04-30T00:00:00Zulu", "something follows"},
      {"0001-01-01T00:00:00+00:01", "outside the years"},
      {"9999-12-31T23:59:59-00:01", "outside the years"},
  };
  for (const auto& test : cases) {
    const auto result = ParseTimestamp(test.text);
    EXPECT_THAT(result, HasReason(Reason::kFieldInvalid)) << test.text;
    EXPECT_THAT(std::string(result.status().message()), HasSubstr(std::string(test.words)))
        << test.text;
  }
}

// 01:30 came twice on 26 October 2025 and not at all on 30 March 2025.
TEST(TimestampTest, ALocalTimeIsNoInstant) {
  for (const char* text : {"2025-10-26T01:30:00", "2025-03-30T01:30:00", "2025-04-30T00:00:00z"}) {
    EXPECT_THAT(ParseTimestamp(text), HasReason(Reason::kTzRequired)) << text;
  }
}

TEST(TimestampDeathTest, FormatsNothingOutsideItsYears) {
  EXPECT_DEATH(FormatTimestamp(Timestamp{kMaxTimestamp.micros + 1}), "check failed");
}

TEST(TimestampPropertyTest, TextComesBackAndOrdersAsTime) {
  const auto any_timestamp = [] {
    return Timestamp{*rc::gen::inRange<int64_t>(kMinTimestamp.micros, kMaxTimestamp.micros)};
  };
  EXPECT_TRUE(rc::check([&any_timestamp] {
    const Timestamp a = any_timestamp(), b = any_timestamp();
    const auto parsed = ParseTimestamp(FormatTimestamp(a));
    RC_ASSERT(parsed.ok());
    RC_ASSERT(*parsed == a);
    RC_ASSERT((a < b) == (FormatTimestamp(a) < FormatTimestamp(b)));
  }));
}

TEST(FakeClockTest, MovesOnlyWhenTold) {
  FakeClock clock(Timestamp::FromSeconds(10));
  EXPECT_EQ(clock.Now(), Timestamp::FromSeconds(10));
  clock.AdvanceMicros(1);
  EXPECT_EQ(clock.Now(), Timestamp{10'000'001});
  clock.AdvanceSeconds(-10);
  EXPECT_EQ(clock.Now(), Timestamp{1});
  clock.Set(Timestamp{0});
  EXPECT_EQ(clock.Now(), Timestamp{0});
}

TEST(FakeClockTest, LosesNoStepOfAnyThread) {
  FakeClock clock(Timestamp{0});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&clock] {
      for (int j = 0; j < 10'000; ++j) clock.AdvanceMicros(1);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(clock.Now(), Timestamp{40'000});
}

TEST(SystemClockTest, TellsATimeOfThisCentury) {
  const Timestamp now = SystemClock().Now();
  EXPECT_GT(now, *ParseTimestamp("2024-01-01T00:00:00Z"));
  EXPECT_LT(now, *ParseTimestamp("2100-01-01T00:00:00Z"));
}

}  // namespace
}  // namespace onereturn

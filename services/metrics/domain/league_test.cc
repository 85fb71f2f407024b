#include "services/metrics/domain/league.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/metrics/domain/testing/ae_metrics.h"

namespace onereturn::metrics {
namespace {

using ::testing::ElementsAre;

MetricValue Value(const std::string& code, int64_t numerator, int64_t denominator) {
  MetricValue value{
      {"m", 1},
      code,
      code,
      Period::Month(2024, 3).value(),
      ValueState::kValue,
      Ratio(Int128{numerator} * Decimal::kMillion, Int128{denominator} * Decimal::kMillion, 100),
      1,
      {}};
  return value;
}

std::vector<std::string> Rows(const League& league) {
  std::vector<std::string> rows;
  for (const LeagueEntry& entry : league.entries) {
    rows.push_back(entry.value.organisation + " " + std::to_string(entry.rank) + " q" +
                   std::to_string(entry.quartile));
  }
  return rows;
}

// R: quantile(c(1, 2, 3, 4), c(.25, .5, .75)) is 1.75 2.5 3.25; quantile(c(10, 20, 40), .25) is 15.
TEST(QuantileTest, Type7) {
  const std::vector<double> four = {1, 2, 3, 4};
  EXPECT_DOUBLE_EQ(QuantileType7(four, 0.25), 1.75);
  EXPECT_DOUBLE_EQ(QuantileType7(four, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(QuantileType7(four, 0.75), 3.25);
  EXPECT_DOUBLE_EQ(QuantileType7({10, 20, 40}, 0.25), 15);
  EXPECT_DOUBLE_EQ(QuantileType7({7}, 0.75), 7);
  EXPECT_DOUBLE_EQ(QuantileType7(four, 1), 4);
}

TEST(LeagueTest, EqualValuesShareTheBestRank) {
  const League league = RankValues(FourHour("m"), {Value("RA1", 1, 2), Value("RA2", 3, 4),
                                                   Value("RA3", 2, 4), Value("RA4", 1, 4)});
  EXPECT_THAT(Rows(league), ElementsAre("RA2 1 q1", "RA1 2 q2", "RA3 2 q2", "RA4 4 q4"));
}

// Five values: the quartiles are the second, third and fourth themselves, and each belongs to the
// better side.
TEST(LeagueTest, AValueOnABorderBelongsToTheBetterQuarter) {
  std::vector<MetricValue> values;
  for (int i = 1; i <= 5; ++i) values.push_back(Value("RA" + std::to_string(i), i, 10));
  EXPECT_THAT(Rows(RankValues(FourHour("m"), values)),
              ElementsAre("RA5 1 q1", "RA4 2 q1", "RA3 3 q2", "RA2 4 q3", "RA1 5 q4"));
  MetricDefinition lower = FourHour("m");
  lower.direction = Direction::kLowerIsBetter;
  EXPECT_THAT(Rows(RankValues(lower, values)),
              ElementsAre("RA1 1 q1", "RA2 2 q1", "RA3 3 q2", "RA4 4 q3", "RA5 5 q4"));
}

TEST(LeagueTest, ExclusionsSayWhy) {
  MetricValue missing = Value("RB1", 1, 1);
  missing.state = ValueState::kMissing;
  MetricValue not_collected = Value("RB2", 1, 1);
  not_collected.state = ValueState::kNotCollected;
  MetricValue not_applicable = Value("RB3", 1, 1);
  not_applicable.state = ValueState::kNotApplicable;
  MetricValue not_eligible = Value("RB4", 1, 1);
  not_eligible.eligibility = 0;
  const League league =
      RankValues(FourHour("m"), {not_eligible, not_applicable, missing, not_collected});
  EXPECT_TRUE(league.entries.empty());
  EXPECT_FALSE(league.quartiles.has_value());
  EXPECT_THAT(
      league.exclusions,
      ElementsAre(Exclusion{"RB1", "no return is held for the period"},
                  Exclusion{"RB2", "the figure is not collected"},
                  Exclusion{"RB3", "the figure does not apply: there is nothing to divide by"},
                  Exclusion{"RB4", "not eligible: no type 1 attendances"}));
}

}  // namespace
}  // namespace onereturn::metrics

// Goal: each run rule flags exactly the points of its definition. Method: short sequences whose
// runs can be counted by eye, and a naive statement of each rule over random sequences.
#include "common/spc/xmr_rules.h"

#include <rapidcheck.h>

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

TEST(ShiftTest, EightAboveThenOneBelowEndsAtSevenAndEight) {
  const Signs relative = {1, 1, 1, 1, 1, 1, 1, 1, -1};
  EXPECT_THAT(ShiftEnds(relative, 7), ElementsAre(0, 0, 0, 0, 0, 0, 1, 1, 0));
  EXPECT_THAT(SpreadBack(ShiftEnds(relative, 7), 7), ElementsAre(1, 1, 1, 1, 1, 1, 1, 1, 0));
}

TEST(ShiftTest, APointOnTheMeanBreaksTheRun) {
  EXPECT_THAT(ShiftEnds(Signs{-1, -1, -1, 0, -1, -1, -1, -1}, 7), Each(0));
  EXPECT_THAT(ShiftEnds(Signs{0, 0, 0, 0, 0, 0, 0}, 7), Each(0));
  EXPECT_THAT(ShiftEnds(Signs{1, 1, 1, -1, -1, -1, -1}, 7), Each(0));
}

TEST(TrendTest, SevenRisingPointsEndAtTheSeventh) {
  EXPECT_THAT(TrendEnds({1, 2, 3, 4, 5, 6, 7}, 7), ElementsAre(0, 0, 0, 0, 0, 0, 1));
  EXPECT_THAT(TrendEnds({7, 6, 5, 4, 3, 2, 1}, 7), ElementsAre(0, 0, 0, 0, 0, 0, -1));
  EXPECT_THAT(TrendEnds({1, 2, 3, 4, 5, 6}, 7), Each(0));
}

TEST(TrendTest, ATieEndsTheTrend) {
  EXPECT_THAT(TrendEnds({1, 2, 3, 3, 4, 5, 6}, 7), Each(0));
  EXPECT_THAT(TrendEnds({1, 2, 3, 4, 4, 5, 6, 7}, 7), Each(0));
}

TEST(TrendTest, APointInTwoTrendsTakesTheLater) {
  const std::vector<double> peak = {1, 2, 3, 4, 3, 2, 1};
  EXPECT_THAT(SpreadBack(TrendEnds(peak, 4), 4), ElementsAre(1, 1, 1, -1, -1, -1, -1));
}

TEST(TwoInThreeTest, TwoCloseOfThreeOnOneSide) {
  const Signs above(7, 1);
  const std::vector<uint8_t> close = {0, 0, 1, 0, 1, 0, 0};
  const Signs ends = TwoInThreeEnds(above, close);
  EXPECT_THAT(ends, ElementsAre(0, 0, 0, 0, 1, 0, 0));
  EXPECT_THAT(SpreadBack(ends, 3), ElementsAre(0, 0, 1, 1, 1, 0, 0));
}

TEST(TwoInThreeTest, NotAcrossTheMean) {
  const std::vector<uint8_t> close = {1, 0, 1};
  EXPECT_THAT(TwoInThreeEnds(Signs{1, -1, 1}, close), Each(0));
  EXPECT_THAT(TwoInThreeEnds(Signs{1, 1, -1}, close), Each(0));
  EXPECT_THAT(TwoInThreeEnds(Signs{1, 0, 1}, close), Each(0));
  EXPECT_THAT(TwoInThreeEnds(Signs{-1, -1, -1}, close), ElementsAre(0, 0, -1));
}

TEST(RulesTest, ShorterThanAWindow) {
  EXPECT_THAT(TrendEnds({}, 7), ElementsAre());
  EXPECT_THAT(TrendEnds({1}, 7), ElementsAre(0));
  EXPECT_THAT(ShiftEnds({}, 7), ElementsAre());
  EXPECT_THAT(TwoInThreeEnds(Signs{1, 1}, std::vector<uint8_t>{1, 1}), ElementsAre(0, 0));
}

// The definition itself: is there a window of `points` points, containing i, all of one sign?
int NaiveShift(const Signs& relative, size_t i, size_t points) {
  for (size_t end = i; end < relative.size() && end < i + points; ++end) {
    if (end + 1 < points) continue;
    bool all = relative[end] != 0;
    for (size_t j = end + 1 - points; j <= end; ++j) all = all && relative[j] == relative[end];
    if (all) return relative[end];
  }
  return 0;
}

TEST(RulesTest, ShiftAndTrendFollowTheirDefinitions) {
  EXPECT_TRUE(rc::check("flags equal the naive definition", [] {
    const size_t points = *rc::gen::inRange<size_t>(2, 6);
    const auto values = *rc::gen::container<std::vector<double>>(rc::gen::inRange(-3, 4));
    Signs relative(values.size());
    for (size_t i = 0; i < values.size(); ++i) relative[i] = (values[i] > 0) - (values[i] < 0);
    const Signs shift = SpreadBack(ShiftEnds(relative, points), points);
    for (size_t i = 0; i < relative.size(); ++i) {
      RC_ASSERT(static_cast<int>(shift[i]) == NaiveShift(relative, i, points));
    }
    // A trend of n points is a shift of n - 1 differences.
    Signs differences;
    for (size_t i = 1; i < values.size(); ++i) {
      differences.push_back((values[i] > values[i - 1]) - (values[i] < values[i - 1]));
    }
    const Signs runs = ShiftEnds(differences, points - 1);
    const Signs trend = TrendEnds(values, points);
    for (size_t i = 1; i < values.size(); ++i) RC_ASSERT(trend[i] == runs[i - 1]);
  }));
}

}  // namespace
}  // namespace onereturn

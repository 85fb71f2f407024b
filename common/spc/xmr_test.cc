// Goal: limits, labels and icons of the chart. Method: series worked out by hand, the published
// figures of the method's own example, and the edges of every option.
#include "common/spc/xmr.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

using ::testing::HasSubstr;

std::vector<XmrPoint> Series(const std::vector<double>& values) {
  std::vector<XmrPoint> points;
  for (double value : values) points.push_back({absl::StrCat("p", points.size() + 1), value});
  return points;
}

XmrChart Chart(const std::vector<double>& values, const XmrOptions& options = {}) {
  auto chart = ComputeXmr(Series(values), options);
  EXPECT_TRUE(chart.ok()) << chart.status();
  return chart.ok() ? *chart : XmrChart{};
}

const std::vector<double> kExample = {1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1};
const std::vector<double> kPercentages = {76.2, 75.8, 74.9, 75.5, 76.1, 75.0, 74.2,
                                          73.9, 74.6, 75.3, 75.1, 74.8, 70.1, 74.9};

struct LimitsRow {
  std::vector<double> values;
  bool screened;
  double mean, average_moving_range, lower, upper;
};

TEST(XmrTest, PublishedLimits) {
  const LimitsRow rows[] = {
      {kExample, true, 1.944444, 1.0, -0.715556, 4.604444},
      {kExample, false, 1.944444, 1.882353, -3.062614, 6.951503},
      {kPercentages, true, 74.742857, 0.6, 73.146857, 76.338857},
      {kPercentages, false, 74.742857, 1.238462, 71.448549, 78.037165},
  };
  for (const LimitsRow& row : rows) {
    XmrOptions options;
    options.screen_moving_ranges = row.screened;
    const XmrChart chart = Chart(row.values, options);
    ASSERT_EQ(chart.segments.size(), 1u);
    const XmrSegment& segment = chart.segments[0];
    ASSERT_TRUE(segment.limits.has_value());
    EXPECT_NEAR(segment.mean, row.mean, 5e-7);
    EXPECT_NEAR(*segment.average_moving_range, row.average_moving_range, 5e-7);
    EXPECT_NEAR(segment.limits->lower, row.lower, 5e-7);
    EXPECT_NEAR(segment.limits->upper, row.upper, 5e-7);
    const double near = 5.32 / 3 * row.average_moving_range;
    EXPECT_NEAR(segment.limits->near_lower, row.mean - near, 2e-6);
    EXPECT_NEAR(segment.limits->near_upper, row.mean + near, 2e-6);
    EXPECT_FALSE(segment.trial_limits);
  }
}

TEST(XmrTest, TheExampleHasOnePointOutside) {
  const XmrChart chart = Chart(kExample);
  for (size_t i = 0; i < kExample.size(); ++i) {
    EXPECT_EQ(chart.points[i].outside, i == 4) << i;
    EXPECT_EQ(chart.points[i].special_cause,
              i == 4 ? SpecialCause::kAboveUpperLimit : SpecialCause::kCommonCause);
  }
}

TEST(XmrTest, NoPoints) {
  const XmrChart chart = Chart({});
  EXPECT_TRUE(chart.segments.empty());
  EXPECT_TRUE(chart.points.empty());
  EXPECT_FALSE(chart.variation.has_value());
  EXPECT_FALSE(chart.assurance.has_value());
}

TEST(XmrTest, OnePointHasNoLimitsAndTwoHaveTrialLimits) {
  XmrOptions options;
  options.direction = ImprovementDirection::kIncrease;
  options.target = 100;
  const XmrChart one = Chart({7}, options);
  EXPECT_EQ(one.segments[0].mean, 7);
  EXPECT_FALSE(one.segments[0].average_moving_range.has_value());
  EXPECT_FALSE(one.segments[0].limits.has_value());
  EXPECT_TRUE(one.segments[0].trial_limits);
  EXPECT_EQ(one.assurance, AssuranceIcon::kHitOrMiss);
  EXPECT_EQ(one.variation, VariationIcon::kCommonCause);

  const XmrChart two = Chart({7, 9}, options);
  ASSERT_TRUE(two.segments[0].limits.has_value());
  EXPECT_DOUBLE_EQ(two.segments[0].limits->lower, 2.68);  // 8 - 2.66 x 2
  EXPECT_DOUBLE_EQ(two.segments[0].limits->upper, 13.32);
  EXPECT_TRUE(two.segments[0].trial_limits);
  EXPECT_EQ(two.assurance, AssuranceIcon::kConsistentlyFails);
}

TEST(XmrTest, ConstantSeries) {
  // 0.1 cannot be held exactly: thirteen of them do not add up to 1.3.
  for (double value : {0.1, 5.0, -1e9 / 3}) {
    const std::vector<double> values(13, value);
    const XmrChart plain = Chart(values);
    ASSERT_TRUE(plain.segments[0].limits.has_value());
    EXPECT_EQ(plain.segments[0].mean, value);
    EXPECT_EQ(plain.segments[0].limits->lower, value);
    EXPECT_EQ(plain.segments[0].limits->upper, value);
    for (const XmrPointResult& point : plain.points) {
      EXPECT_EQ(point.relative, 0);
      EXPECT_FALSE(point.outside);
      EXPECT_EQ(point.special_cause, SpecialCause::kCommonCause);
    }
    XmrOptions screened;
    screened.screen_moving_ranges = true;
    EXPECT_FALSE(Chart(values, screened).segments[0].limits.has_value());
  }
}

TEST(XmrTest, TrialLimitsEndAtThirteenPoints) {
  std::vector<double> values = {1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3};
  EXPECT_TRUE(Chart(values).segments[0].trial_limits);
  values.push_back(2);
  EXPECT_FALSE(Chart(values).segments[0].trial_limits);
}

TEST(XmrTest, OutsideIsStrictAndOnTheLimitIsClose) {
  // Mean 0 and moving ranges 1, 1, 1: the limits are the factor itself.
  XmrOptions options;
  options.parameters.limit_factor = 0.75;
  const XmrChart chart = Chart({0, 1, 0, -1}, options);
  EXPECT_DOUBLE_EQ(chart.segments[0].limits->upper, 0.75);
  EXPECT_TRUE(chart.points[1].outside);
  EXPECT_FALSE(chart.points[1].close);
  options.parameters.limit_factor = 1;
  const XmrChart wider = Chart({0, 1, 0, -1}, options);
  EXPECT_EQ(wider.segments[0].limits->upper, 1);
  EXPECT_FALSE(wider.points[1].outside);
  EXPECT_TRUE(wider.points[1].close);
  EXPECT_FALSE(wider.points[0].close);
}

TEST(XmrTest, RebaseRestartsMeanRangeAndRules) {
  std::vector<double> values = {1, 2, 3, 4, 5, 6, 7, 8};
  EXPECT_EQ(Chart(values).points[4].special_cause, SpecialCause::kTrendIncreasing);
  XmrOptions options;
  options.rebase_indexes = {4, 0, 4};
  const XmrChart chart = Chart(values, options);
  ASSERT_EQ(chart.segments.size(), 2u);
  EXPECT_EQ(chart.segments[1].first, 4u);
  EXPECT_EQ(chart.segments[1].size, 4u);
  EXPECT_EQ(chart.segments[0].mean, 2.5);
  EXPECT_EQ(chart.segments[1].mean, 6.5);
  EXPECT_EQ(*chart.segments[1].average_moving_range, 1);
  EXPECT_EQ(chart.points[3].segment, 0u);
  EXPECT_EQ(chart.points[4].segment, 1u);
  for (const XmrPointResult& point : chart.points) {
    EXPECT_EQ(point.special_cause, SpecialCause::kCommonCause);
  }
}

TEST(XmrTest, FixedLimitsComeFromTheFirstPoints) {
  std::vector<double> values = {1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 100, 200};
  XmrOptions options;
  options.fix_after_points = 12;
  const XmrChart chart = Chart(values, options);
  EXPECT_EQ(chart.segments[0].mean, 2);
  EXPECT_EQ(*chart.segments[0].average_moving_range, 2);
  EXPECT_TRUE(chart.points[12].outside);
  EXPECT_TRUE(chart.points[13].outside);
  options.fix_after_points = 50;  // More than there are: all of them.
  EXPECT_EQ(Chart(values, options).segments[0].mean, Chart(values).segments[0].mean);
}

struct IconRow {
  ImprovementDirection direction;
  double last;
  VariationIcon variation;
  XmrPointType type;
};

TEST(XmrTest, VariationIcons) {
  const IconRow rows[] = {
      {ImprovementDirection::kIncrease, 9, VariationIcon::kImprovementHigh,
       XmrPointType::kImprovement},
      {ImprovementDirection::kIncrease, -9, VariationIcon::kConcernLow, XmrPointType::kConcern},
      {ImprovementDirection::kDecrease, 9, VariationIcon::kConcernHigh, XmrPointType::kConcern},
      {ImprovementDirection::kDecrease, -9, VariationIcon::kImprovementLow,
       XmrPointType::kImprovement},
      {ImprovementDirection::kNeutral, 9, VariationIcon::kNeutralHigh, XmrPointType::kNeutralHigh},
      {ImprovementDirection::kNeutral, -9, VariationIcon::kNeutralLow, XmrPointType::kNeutralLow},
      {ImprovementDirection::kIncrease, 0.5, VariationIcon::kCommonCause,
       XmrPointType::kCommonCause},
  };
  for (const IconRow& row : rows) {
    XmrOptions options;
    options.direction = row.direction;
    const XmrChart chart = Chart({0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, row.last}, options);
    EXPECT_EQ(chart.variation, row.variation);
    EXPECT_EQ(chart.points.back().type, row.type);
  }
}

TEST(XmrTest, AssuranceIcons) {
  // Limits of 7, 9: 2.68 and 13.32. A target on a limit is neither above nor below it.
  const auto assurance = [](ImprovementDirection direction, std::optional<double> target) {
    XmrOptions options;
    options.direction = direction;
    options.target = target;
    return Chart({7, 9}, options).assurance;
  };
  using Direction = ImprovementDirection;
  EXPECT_EQ(assurance(Direction::kIncrease, 14), AssuranceIcon::kConsistentlyFails);
  EXPECT_EQ(assurance(Direction::kIncrease, 2), AssuranceIcon::kConsistentlyPasses);
  EXPECT_EQ(assurance(Direction::kIncrease, 8), AssuranceIcon::kHitOrMiss);
  EXPECT_EQ(assurance(Direction::kDecrease, 14), AssuranceIcon::kConsistentlyPasses);
  EXPECT_EQ(assurance(Direction::kDecrease, 2), AssuranceIcon::kConsistentlyFails);
  EXPECT_EQ(assurance(Direction::kNeutral, 14), std::nullopt);
  EXPECT_EQ(assurance(Direction::kIncrease, std::nullopt), std::nullopt);
  EXPECT_EQ(assurance(Direction::kIncrease, 8 + 2.66 * 2), AssuranceIcon::kHitOrMiss);
}

TEST(XmrTest, LabelsFollowTheParameters) {
  XmrParameters parameters;
  EXPECT_EQ(SpecialCauseLabel(SpecialCause::kTrendDecreasing, parameters),
            "7 Point Trend (Decreasing)");
  parameters.trend_points = 6;
  parameters.shift_points = 8;
  EXPECT_EQ(SpecialCauseLabel(SpecialCause::kTrendIncreasing, parameters),
            "6 Point Trend (Increasing)");
  EXPECT_EQ(SpecialCauseLabel(SpecialCause::kShiftBelow, parameters), "8 Points Below CL");
}

TEST(XmrTest, RefusesWhatItCannotChart) {
  const auto message = [](const std::vector<double>& values, const XmrOptions& options) {
    const auto chart = ComputeXmr(Series(values), options);
    EXPECT_EQ(chart.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(chart.status().message());
  };
  EXPECT_THAT(message({1, std::nan("")}, {}), HasSubstr("point 2"));
  EXPECT_THAT(message({std::numeric_limits<double>::infinity()}, {}), HasSubstr("point 1"));
  EXPECT_THAT(message({1e101}, {}), HasSubstr("point 1"));
  XmrOptions options;
  options.fix_after_points = 11;
  EXPECT_THAT(message({1, 2}, options), HasSubstr("12 or more"));
  options = {};
  options.rebase_indexes = {2};
  EXPECT_THAT(message({1, 2}, options), HasSubstr("index 2"));
  options = {};
  options.target = std::nan("");
  EXPECT_THAT(message({1, 2}, options), HasSubstr("target"));
  options = {};
  options.parameters.trend_points = 1;
  EXPECT_THAT(message({1, 2}, options), HasSubstr("trend_points"));
  options = {};
  options.parameters.shift_points = 0;
  EXPECT_THAT(message({1, 2}, options), HasSubstr("shift_points"));
  options = {};
  options.parameters.limit_factor = 0;
  EXPECT_THAT(message({1, 2}, options), HasSubstr("limit_factor"));
}

TEST(XmrTest, ThousandsOfSeriesAreCheap) {
  // 3,850 series of 49 points. The bound is far above what a quiet machine needs: it catches a
  // change of order, not a slow machine.
  std::mt19937 random(20250401);
  std::vector<std::vector<XmrPoint>> series(3850);
  for (auto& points : series) {
    for (int i = 0; i < 49; ++i) {
      points.push_back({"2020-01", static_cast<double>(random() % 10'000) / 100});
    }
  }
  const auto start = std::chrono::steady_clock::now();
  size_t special = 0;
  for (const auto& points : series) {
    const auto chart = ComputeXmr(points, XmrOptions{});
    ASSERT_TRUE(chart.ok());
    special += std::count_if(chart->points.begin(), chart->points.end(), [](const auto& point) {
      return point.special_cause != SpecialCause::kCommonCause;
    });
  }
  const std::chrono::duration<double, std::milli> elapsed =
      std::chrono::steady_clock::now() - start;
  std::printf("3,850 series of 49 points: %.1f ms, %zu special causes\n", elapsed.count(), special);
  EXPECT_GT(special, 0u);
  EXPECT_LT(elapsed.count(), 5000);
}

}  // namespace
}  // namespace onereturn

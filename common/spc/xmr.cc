#include "common/spc/xmr.h"

#include <algorithm>
#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/spc/xmr_rules.h"

namespace onereturn {
namespace {

// Two passes: the plain mean, then the mean of what is left over. Exact for a constant series,
// where the plain mean of, say, thirteen times 0.1 is not 0.1 and every point would lie off it.
double MeanOf(absl::Span<const double> values) {
  double sum = 0;
  for (double value : values) sum += value;
  const double mean = sum / static_cast<double>(values.size());
  double rest = 0;
  for (double value : values) rest += value - mean;
  return mean + rest / static_cast<double>(values.size());
}

// The mean of the moving ranges of `values`, screened once if asked; absent when none is left.
std::optional<double> AverageMovingRange(absl::Span<const double> values,
                                         const XmrOptions& options) {
  if (values.size() < 2) return std::nullopt;
  std::vector<double> ranges(values.size() - 1);
  for (size_t i = 1; i < values.size(); ++i) ranges[i - 1] = std::fabs(values[i] - values[i - 1]);
  const double average = MeanOf(ranges);
  if (!options.screen_moving_ranges) return average;
  const double bound = options.parameters.screening_factor * average;
  ranges.erase(std::remove_if(ranges.begin(), ranges.end(),
                              [bound](double range) { return range >= bound; }),
               ranges.end());
  if (ranges.empty()) return std::nullopt;
  return MeanOf(ranges);
}

XmrLimits LimitsAround(double mean, double average_moving_range, double factor) {
  const double near_factor = 2 * (factor / 3);
  return {.lower = mean - factor * average_moving_range,
          .upper = mean + factor * average_moving_range,
          .near_lower = mean - near_factor * average_moving_range,
          .near_upper = mean + near_factor * average_moving_range};
}

XmrSegment ComputeSegment(absl::Span<const double> values, size_t first,
                          const XmrOptions& options) {
  XmrSegment segment;
  segment.first = first;
  segment.size = values.size();
  segment.trial_limits = values.size() < options.parameters.full_limits_points;
  const auto basis = values.subspan(0, options.fix_after_points.value_or(values.size()));
  segment.mean = MeanOf(basis);
  segment.average_moving_range = AverageMovingRange(basis, options);
  if (segment.average_moving_range.has_value()) {
    segment.limits =
        LimitsAround(segment.mean, *segment.average_moving_range, options.parameters.limit_factor);
  }
  return segment;
}

// What the rules need to know of one segment's points.
struct SegmentFlags {
  Signs relative;
  std::vector<uint8_t> outside;
  std::vector<uint8_t> close;
  Signs trend;
  Signs two_in_three;
  Signs shift;
};

SegmentFlags FlagSegment(absl::Span<const double> values, const XmrSegment& segment,
                         const XmrParameters& parameters) {
  SegmentFlags flags;
  flags.relative.resize(values.size());
  flags.outside.resize(values.size());
  flags.close.resize(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    const double value = values[i];
    flags.relative[i] = static_cast<int8_t>((value > segment.mean) - (value < segment.mean));
    if (!segment.limits.has_value()) continue;
    const XmrLimits& limits = *segment.limits;
    flags.outside[i] = value > limits.upper || value < limits.lower;
    flags.close[i] =
        flags.outside[i] == 0 && (value < limits.near_lower || value > limits.near_upper);
  }
  flags.trend = SpreadBack(TrendEnds(values, parameters.trend_points), parameters.trend_points);
  flags.two_in_three = SpreadBack(TwoInThreeEnds(flags.relative, flags.close), 3);
  flags.shift =
      SpreadBack(ShiftEnds(flags.relative, parameters.shift_points), parameters.shift_points);
  return flags;
}

SpecialCause CauseOf(const SegmentFlags& flags, size_t i) {
  const auto by_sign = [](int sign, SpecialCause high, SpecialCause low) {
    return sign > 0 ? high : low;
  };
  if (flags.outside[i] != 0) {
    return by_sign(flags.relative[i], SpecialCause::kAboveUpperLimit,
                   SpecialCause::kBelowLowerLimit);
  }
  if (flags.trend[i] != 0) {
    return by_sign(flags.trend[i], SpecialCause::kTrendIncreasing, SpecialCause::kTrendDecreasing);
  }
  if (flags.two_in_three[i] != 0 && flags.close[i] != 0) {
    return by_sign(flags.two_in_three[i], SpecialCause::kTwoInThreeAbove,
                   SpecialCause::kTwoInThreeBelow);
  }
  if (flags.shift[i] != 0) {
    return by_sign(flags.shift[i], SpecialCause::kShiftAbove, SpecialCause::kShiftBelow);
  }
  return SpecialCause::kCommonCause;
}

// +1 where the cause is on the high side or rising, -1 low or falling, 0 common cause.
int SideOf(SpecialCause cause) {
  switch (cause) {
    case SpecialCause::kAboveUpperLimit:
    case SpecialCause::kTrendIncreasing:
    case SpecialCause::kTwoInThreeAbove:
    case SpecialCause::kShiftAbove:
      return 1;
    case SpecialCause::kBelowLowerLimit:
    case SpecialCause::kTrendDecreasing:
    case SpecialCause::kTwoInThreeBelow:
    case SpecialCause::kShiftBelow:
      return -1;
    case SpecialCause::kCommonCause:
      return 0;
  }
  return 0;
}

XmrPointType TypeOf(SpecialCause cause, ImprovementDirection direction) {
  const int side = SideOf(cause);
  if (side == 0) return XmrPointType::kCommonCause;
  if (direction == ImprovementDirection::kNeutral) {
    return side > 0 ? XmrPointType::kNeutralHigh : XmrPointType::kNeutralLow;
  }
  const bool better = (side > 0) == (direction == ImprovementDirection::kIncrease);
  return better ? XmrPointType::kImprovement : XmrPointType::kConcern;
}

VariationIcon VariationOf(const XmrPointResult& last) {
  const bool high = SideOf(last.special_cause) > 0;
  switch (last.type) {
    case XmrPointType::kCommonCause:
      return VariationIcon::kCommonCause;
    case XmrPointType::kImprovement:
      return high ? VariationIcon::kImprovementHigh : VariationIcon::kImprovementLow;
    case XmrPointType::kConcern:
      return high ? VariationIcon::kConcernHigh : VariationIcon::kConcernLow;
    case XmrPointType::kNeutralHigh:
      return VariationIcon::kNeutralHigh;
    case XmrPointType::kNeutralLow:
      return VariationIcon::kNeutralLow;
  }
  return VariationIcon::kCommonCause;
}

std::optional<AssuranceIcon> AssuranceOf(const XmrSegment& last, const XmrOptions& options) {
  if (!options.target.has_value() || options.direction == ImprovementDirection::kNeutral) {
    return std::nullopt;
  }
  if (!last.limits.has_value()) return AssuranceIcon::kHitOrMiss;
  const bool higher_is_better = options.direction == ImprovementDirection::kIncrease;
  if (*options.target > last.limits->upper) {
    return higher_is_better ? AssuranceIcon::kConsistentlyFails
                            : AssuranceIcon::kConsistentlyPasses;
  }
  if (*options.target < last.limits->lower) {
    return higher_is_better ? AssuranceIcon::kConsistentlyPasses
                            : AssuranceIcon::kConsistentlyFails;
  }
  return AssuranceIcon::kHitOrMiss;
}

bool IsUsable(double value) { return std::isfinite(value) && std::fabs(value) <= kXmrMagnitudeMax; }

absl::Status CheckParameters(const XmrParameters& parameters) {
  if (parameters.trend_points < 2 || parameters.trend_points > kXmrRulePointsMax) {
    return absl::InvalidArgumentError(absl::StrCat("trend_points is ", parameters.trend_points,
                                                   "; a trend needs from 2 to ", kXmrRulePointsMax,
                                                   " points"));
  }
  if (parameters.shift_points < 1 || parameters.shift_points > kXmrRulePointsMax) {
    return absl::InvalidArgumentError(absl::StrCat("shift_points is ", parameters.shift_points,
                                                   "; a shift needs from 1 to ", kXmrRulePointsMax,
                                                   " points"));
  }
  for (double factor : {parameters.limit_factor, parameters.screening_factor}) {
    if (!std::isfinite(factor) || factor <= 0 || factor > kXmrMagnitudeMax) {
      return absl::InvalidArgumentError(
          "limit_factor and screening_factor must be numbers above zero");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckArguments(absl::Span<const XmrPoint> points, const XmrOptions& options) {
  absl::Status parameters = CheckParameters(options.parameters);
  if (!parameters.ok()) return parameters;
  if (options.fix_after_points.value_or(kXmrFixedPointsMin) < kXmrFixedPointsMin) {
    return absl::InvalidArgumentError(
        absl::StrCat("limits are to be fixed after ", *options.fix_after_points,
                     " points; fix them after ", kXmrFixedPointsMin, " or more"));
  }
  if (options.target.has_value() && !IsUsable(*options.target)) {
    return absl::InvalidArgumentError("the target is not a finite number of usable size");
  }
  for (size_t index : options.rebase_indexes) {
    if (index >= points.size()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "a rebase is asked at index ", index, ", but the series has ", points.size(), " points"));
    }
  }
  for (size_t i = 0; i < points.size(); ++i) {
    if (!IsUsable(points[i].value)) {
      return absl::InvalidArgumentError(
          absl::StrCat("the value of point ", i + 1, " (", points[i].period,
                       ") is not a finite number of usable size; leave a missing period out"));
    }
  }
  return absl::OkStatus();
}

// The first index of every segment, and the size of the series after the last.
std::vector<size_t> SegmentBorders(size_t size, const std::vector<size_t>& rebase_indexes) {
  std::vector<size_t> borders = rebase_indexes;
  borders.push_back(0);
  borders.push_back(size);
  std::sort(borders.begin(), borders.end());
  borders.erase(std::unique(borders.begin(), borders.end()), borders.end());
  return borders;
}

}  // namespace

absl::StatusOr<XmrChart> ComputeXmr(absl::Span<const XmrPoint> points, const XmrOptions& options) {
  absl::Status arguments = CheckArguments(points, options);
  if (!arguments.ok()) return arguments;
  XmrChart chart;
  if (points.empty()) return chart;
  std::vector<double> values;
  values.reserve(points.size());
  for (const XmrPoint& point : points) values.push_back(point.value);
  chart.points.reserve(points.size());

  const std::vector<size_t> borders = SegmentBorders(points.size(), options.rebase_indexes);
  for (size_t s = 0; s + 1 < borders.size(); ++s) {
    const auto part = absl::MakeConstSpan(values).subspan(borders[s], borders[s + 1] - borders[s]);
    chart.segments.push_back(ComputeSegment(part, borders[s], options));
    const SegmentFlags flags = FlagSegment(part, chart.segments.back(), options.parameters);
    for (size_t i = 0; i < part.size(); ++i) {
      const SpecialCause cause = CauseOf(flags, i);
      chart.points.push_back({.segment = s,
                              .relative = flags.relative[i],
                              .outside = flags.outside[i] != 0,
                              .close = flags.close[i] != 0,
                              .special_cause = cause,
                              .type = TypeOf(cause, options.direction)});
    }
  }
  chart.variation = VariationOf(chart.points.back());
  chart.assurance = AssuranceOf(chart.segments.back(), options);
  return chart;
}

std::string SpecialCauseLabel(SpecialCause cause, const XmrParameters& parameters) {
  switch (cause) {
    case SpecialCause::kAboveUpperLimit:
      return "Above UCL";
    case SpecialCause::kBelowLowerLimit:
      return "Below LCL";
    case SpecialCause::kTrendIncreasing:
      return absl::StrCat(parameters.trend_points, " Point Trend (Increasing)");
    case SpecialCause::kTrendDecreasing:
      return absl::StrCat(parameters.trend_points, " Point Trend (Decreasing)");
    case SpecialCause::kTwoInThreeAbove:
      return "2 in 3 Above CL";
    case SpecialCause::kTwoInThreeBelow:
      return "2 in 3 Below CL";
    case SpecialCause::kShiftAbove:
      return absl::StrCat(parameters.shift_points, " Points Above CL");
    case SpecialCause::kShiftBelow:
      return absl::StrCat(parameters.shift_points, " Points Below CL");
    case SpecialCause::kCommonCause:
      return "Common Cause";
  }
  return "Common Cause";
}

absl::string_view XmrPointTypeName(XmrPointType type) {
  switch (type) {
    case XmrPointType::kCommonCause:
      return "common_cause";
    case XmrPointType::kImprovement:
      return "special_cause_improvement";
    case XmrPointType::kConcern:
      return "special_cause_concern";
    case XmrPointType::kNeutralHigh:
      return "special_cause_neutral_high";
    case XmrPointType::kNeutralLow:
      return "special_cause_neutral_low";
  }
  return "common_cause";
}

absl::string_view AssuranceIconName(AssuranceIcon icon) {
  switch (icon) {
    case AssuranceIcon::kHitOrMiss:
      return "inconsistent";
    case AssuranceIcon::kConsistentlyPasses:
      return "consistent_pass";
    case AssuranceIcon::kConsistentlyFails:
      return "consistent_fail";
  }
  return "inconsistent";
}

}  // namespace onereturn

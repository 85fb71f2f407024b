// XmR control charts, as NHS England's "Making Data Count" team defines them.
//
// Method: the mean of a segment, the average of its moving ranges |y[i] - y[i-1]|, process limits
// at mean -/+ 2.66 times that average, and four rules for special causes. Source: the published
// method of Making Data Count and of its reference implementation (NHSRplotthedots), with every
// point of which this one agrees. It departs from that reference in one default: moving ranges are
// not screened unless asked for, as in NHS England's own tool.
//
// Pure: plain doubles in one fixed order, no clock, no state. All functions are thread-safe.
#ifndef ONERETURN_COMMON_SPC_XMR_H_
#define ONERETURN_COMMON_SPC_XMR_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace onereturn {

// One value of a series. A missing period is left out by the caller, who names it beside the chart;
// the moving range then spans the gap.
struct XmrPoint {
  std::string period;  // A label, never interpreted.
  double value = 0;
};

enum class ImprovementDirection { kIncrease, kDecrease, kNeutral };

// The numbers that texts on the method disagree about. The defaults are NHS England's.
struct XmrParameters {
  size_t trend_points = 7;          // Points in a row that all rise or all fall; at least 2.
  size_t shift_points = 7;          // Points in a row on one side of the mean; at least 1.
  double limit_factor = 2.66;       // Limits: mean -/+ factor x average moving range. 3 / 1.128.
  double screening_factor = 3.267;  // A moving range of at least factor x average is screened out.
  size_t full_limits_points = 13;   // A segment with fewer points has trial limits only.
};

struct XmrOptions {
  ImprovementDirection direction = ImprovementDirection::kNeutral;
  std::optional<double> target;
  bool screen_moving_ranges = false;
  // Mean and limits of each segment come from its first so many points (all, if it has fewer).
  std::optional<size_t> fix_after_points;
  // Indexes of the points that begin a new segment, in any order. 0 changes nothing.
  std::vector<size_t> rebase_indexes;
  XmrParameters parameters;
};

// Limits may only be fixed on this many points or more, as in the reference.
inline constexpr size_t kXmrFixedPointsMin = 12;
// Windows longer than this are refused: a rule over more points than any chart shows is an error.
inline constexpr size_t kXmrRulePointsMax = 1000;
// Values beyond this magnitude are refused, so that no sum or square of them can leave the doubles.
// Far above any ratio or sum of cells, which stay below 1e30.
inline constexpr double kXmrMagnitudeMax = 1e100;

struct XmrLimits {
  double lower = 0;
  double upper = 0;
  double near_lower = 0;  // Two thirds of the way from the mean to the limit.
  double near_upper = 0;
};

// Points [first, first + size) and what was computed from them.
struct XmrSegment {
  size_t first = 0;
  size_t size = 0;
  double mean = 0;
  // Absent when no moving range is left to average: a single point, or a screened series in which
  // every range is dropped (all of a constant series: 0 >= 3.267 x 0). There are no limits then. A
  // moving range of zero gives limits that equal the mean.
  std::optional<double> average_moving_range;
  std::optional<XmrLimits> limits;
  bool trial_limits = false;  // Fewer than full_limits_points points: treat the limits with care.
};

// In order of precedence from the top; a point has the first that applies.
enum class SpecialCause {
  kAboveUpperLimit,
  kBelowLowerLimit,
  kTrendIncreasing,
  kTrendDecreasing,
  kTwoInThreeAbove,
  kTwoInThreeBelow,
  kShiftAbove,
  kShiftBelow,
  kCommonCause,
};

enum class XmrPointType { kCommonCause, kImprovement, kConcern, kNeutralHigh, kNeutralLow };

struct XmrPointResult {
  size_t segment = 0;
  int8_t relative = 0;   // Sign of value - mean.
  bool outside = false;  // Strictly beyond a limit. False without limits, as is `close`.
  bool close = false;    // Not outside, and strictly beyond a near limit.
  SpecialCause special_cause = SpecialCause::kCommonCause;
  XmrPointType type = XmrPointType::kCommonCause;
};

// The type of the last point and the side to which the series moved.
enum class VariationIcon {
  kCommonCause,
  kImprovementHigh,
  kImprovementLow,
  kConcernHigh,
  kConcernLow,
  kNeutralHigh,
  kNeutralLow,
};

// The last segment's limits against the target. Without limits: hit or miss. Where the segment has
// trial limits a picture leaves this icon out.
enum class AssuranceIcon { kHitOrMiss, kConsistentlyPasses, kConsistentlyFails };

struct XmrChart {
  std::vector<XmrSegment> segments;
  std::vector<XmrPointResult> points;      // One for each point given, in the same order.
  std::optional<VariationIcon> variation;  // Absent only for a series without points.
  std::optional<AssuranceIcon>
      assurance;  // Absent without a target or a direction, or without points.
};

// The chart of `points`, which are in order of time. Rules never look across a segment's border.
// INVALID_ARGUMENT, in words that name the option or the point: a value that is not finite or is
// beyond kXmrMagnitudeMax, an index outside the series, fewer than kXmrFixedPointsMin fixed points,
// a parameter out of its range. Never fails otherwise.
absl::StatusOr<XmrChart> ComputeXmr(absl::Span<const XmrPoint> points, const XmrOptions& options);

// The label as the reference prints it: "7 Point Trend (Increasing)", "2 in 3 Above CL", "Above
// UCL". The number of points is that of `parameters`.
std::string SpecialCauseLabel(SpecialCause cause, const XmrParameters& parameters);

// "common_cause", "special_cause_improvement", "special_cause_neutral_high".
absl::string_view XmrPointTypeName(XmrPointType type);

// "inconsistent", "consistent_pass", "consistent_fail".
absl::string_view AssuranceIconName(AssuranceIcon icon);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_SPC_XMR_H_

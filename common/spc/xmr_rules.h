// The run rules of the XmR chart, as sequences over one segment. Internal to common/spc; the chart
// is in xmr.h.
#ifndef ONERETURN_COMMON_SPC_XMR_RULES_H_
#define ONERETURN_COMMON_SPC_XMR_RULES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace onereturn {

// One sign a point: +1 rising or above the mean, -1 falling or below it, 0 neither.
using Signs = std::vector<int8_t>;

// Marks the last point of every run of `points` values (points - 1 successive differences) that all
// rise (+1) or all fall (-1). A tie ends a run. points >= 2.
Signs TrendEnds(absl::Span<const double> values, size_t points);

// Marks the last point of every window of `points` points that all lie on one side of the mean.
// A point on the mean ends a run. points >= 1.
Signs ShiftEnds(absl::Span<const int8_t> relative, size_t points);

// Marks the last point of every window of three points that all lie on one side of the mean and of
// which at least two are close to a limit. The two spans have equal length.
Signs TwoInThreeEnds(absl::Span<const int8_t> relative, absl::Span<const uint8_t> close);

// Spreads each mark back over the `points` points of its window. Where windows of opposite sign
// overlap the later one wins.
Signs SpreadBack(absl::Span<const int8_t> ends, size_t points);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_SPC_XMR_RULES_H_

// A metric's values over time for one organisation, as an XmR chart.
#ifndef ONERETURN_SERVICES_METRICS_DOMAIN_TREND_H_
#define ONERETURN_SERVICES_METRICS_DOMAIN_TREND_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/spc/xmr.h"
#include "services/metrics/domain/value.h"

namespace onereturn::metrics {

// A period of the range that has no value: left out of the chart, and the moving range spans it.
struct MissingPeriod {
  Period period;
  ValueState state = ValueState::kMissing;
  friend bool operator==(const MissingPeriod&, const MissingPeriod&) = default;
};

struct Trend {
  std::vector<MetricValue> values;  // In order of period; all have state kValue.
  XmrChart chart;                   // Its points are those of `values`.
  std::vector<MissingPeriod> missing;
};

struct TrendRange {
  std::optional<Period>
      from;  // Inclusive; absent: the first and the last period with a return held.
  std::optional<Period> to;
};

// More periods than this in one chart are refused: ten years of days.
inline constexpr size_t kMaxTrendPeriods = 3'660;

// The chart of values that lie in order of period.
absl::StatusOr<Trend> ChartOf(const MetricDefinition& definition, std::vector<MetricValue> values,
                              bool screen);

// NOT_FOUND when the organisation was not defined at the position; PERIOD when an end of the range
// is of a kind that the collection is not returned for, or the ends are of different kinds, in the
// wrong order, or too far apart.
absl::StatusOr<Trend> ComputeTrend(MetricReader* reader, const MetricDefinition& definition,
                                   absl::string_view organisation, const TrendRange& range,
                                   bool screen);

// The charts of many providers up to and including a period, by code: those of a league table's
// rows. Reads every leaf of the metric once.
absl::StatusOr<std::map<std::string, Trend>> ComputeProviderTrends(
    MetricReader* reader, const MetricDefinition& definition, const Period& to,
    absl::Span<const std::string> providers);

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_DOMAIN_TREND_H_

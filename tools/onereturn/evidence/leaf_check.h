// Computing again, from the cells alone, what a provider's return contributes to a metric.
#ifndef ONERETURN_TOOLS_ONERETURN_EVIDENCE_LEAF_CHECK_H_
#define ONERETURN_TOOLS_ONERETURN_EVIDENCE_LEAF_CHECK_H_

#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "common/decimal/decimal.h"
#include "onereturn/metrics/v1/metric.pb.h"
#include "onereturn/metrics/v1/value.pb.h"
#include "tools/onereturn/evidence/receipt_check.h"

namespace onereturn::client {

// Exact sums in millionths.
struct LeafSums {
  Int128 numerator = 0;
  Int128 denominator = 0;
  friend bool operator==(const LeafSums&, const LeafSums&) = default;
};

// The sums of `metric` over a return's cells: signed terms, and where the metric pairs dimensions
// only those tuples in which every item named there holds a number.
LeafSums ComputeLeaf(const metrics::v1::Metric& metric, const Cells& cells);

// Does a cell take part in the metric's sums, paired or not?
bool Selects(const metrics::v1::Metric& metric, const common::v1::CellReference& cell);

// OK when the cells give the sums that `leaf` states. DATA_LOSS with both otherwise.
absl::Status CheckLeaf(const metrics::v1::Metric& metric, const metrics::v1::TraceLeaf& leaf,
                       const Cells& cells);

// OK when the leaves add up to the value's sums, and those give the value. DATA_LOSS otherwise.
absl::Status CheckValue(const metrics::v1::MetricValue& value,
                        absl::Span<const metrics::v1::TraceLeaf> leaves);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_EVIDENCE_LEAF_CHECK_H_

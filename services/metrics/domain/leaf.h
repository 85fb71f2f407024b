// A leaf: what one organisation's return contributes to one version of a metric. A pure function of
// the definition and the cells.
#ifndef ONERETURN_SERVICES_METRICS_DOMAIN_LEAF_H_
#define ONERETURN_SERVICES_METRICS_DOMAIN_LEAF_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/cells/cell_chunk.h"
#include "common/decimal/decimal.h"
#include "services/metrics/domain/metric_definition.h"

namespace onereturn::metrics {

// Exact sums, in millionths. A return has fewer than 2^32 cells of less than 2^63 millionths each,
// and a definition at most 256 terms, so no sum leaves 128 bits.
struct Leaf {
  Int128 numerator = 0;
  Int128 denominator = 0;  // 0 for a count.
  Int128 eligibility = 0;
  // Cells that the numerator's or denominator's terms select: those whose number is in the sums,
  // and those that are null. A number kept out by the pairing is in neither.
  uint32_t entering_cells = 0;
  uint32_t null_cells = 0;
  uint32_t revision = 0;
  friend bool operator==(const Leaf&, const Leaf&) = default;
};

// Why a value is absent, or that it is there.
enum class ValueState : uint8_t {
  kValue,
  kNotApplicable,  // 0/0, or no hierarchy in force at that level in that period.
  kNotCollected,   // Returns are held, and none of their cells holds a number.
  kMissing,        // No return is held.
};

// What a leaf says by itself.
ValueState StateOf(const MetricDefinition& definition, const Leaf& leaf);

// The leaves of several definitions over the chunks of one return, each chunk decoded once.
// CELLS_CORRUPT for a damaged chunk. The definitions' order is kept. For many returns make a
// LeafProgram (services/metrics/domain/leaf_program.h), which this runs once.
absl::StatusOr<std::vector<Leaf>> ComputeLeaves(
    absl::Span<const MetricDefinition* const> definitions, absl::Span<const std::string> chunks,
    uint32_t revision);

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_DOMAIN_LEAF_H_

#include "services/metrics/domain/leaf.h"

#include "services/metrics/domain/leaf_program.h"

namespace onereturn::metrics {

ValueState StateOf(const MetricDefinition& definition, const Leaf& leaf) {
  if (leaf.entering_cells == 0) {
    return leaf.null_cells > 0 ? ValueState::kNotCollected : ValueState::kNotApplicable;
  }
  if (!definition.IsCount() && leaf.denominator == 0) return ValueState::kNotApplicable;
  return ValueState::kValue;
}

absl::StatusOr<std::vector<Leaf>> ComputeLeaves(
    absl::Span<const MetricDefinition* const> definitions, absl::Span<const std::string> chunks,
    uint32_t revision) {
  return LeafProgram(definitions).Run(chunks, revision);
}

}  // namespace onereturn::metrics

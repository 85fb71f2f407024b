#include "services/metrics/domain/leaf.h"

#include <algorithm>

#include "common/base/check.h"
#include "common/status/status_macros.h"

namespace onereturn::metrics {
namespace {

// The value of `dimension`, or nullptr. Cells have few dimensions: a walk is the quickest search.
const DimensionView* FindDimension(const CellView& cell, absl::string_view dimension) {
  for (const DimensionView& view : cell.dimensions) {
    if (view.dimension == dimension) return &view;
  }
  return nullptr;
}

bool Selects(const Term& term, const CellView& cell) {
  return std::all_of(term.where.begin(), term.where.end(), [&cell](const DimensionValue& wanted) {
    const DimensionView* found = FindDimension(cell, wanted.dimension);
    return found != nullptr && found->value == absl::string_view(wanted.value);
  });
}

}  // namespace

ValueState StateOf(const MetricDefinition& definition, const Leaf& leaf) {
  if (leaf.entering_cells == 0) {
    return leaf.null_cells > 0 ? ValueState::kNotCollected : ValueState::kNotApplicable;
  }
  if (!definition.IsCount() && leaf.denominator == 0) return ValueState::kNotApplicable;
  return ValueState::kValue;
}

LeafAccumulator::LeafAccumulator(const MetricDefinition& definition) : definition_(definition) {
  AddTerms(definition.numerator, Use::Sum::kNumerator);
  AddTerms(definition.denominator, Use::Sum::kDenominator);
  AddTerms(definition.eligibility, Use::Sum::kEligibility);
  if (!definition.pairing.has_value()) return;
  ONERETURN_CHECK(definition.pairing->items.size() <= kMaxPairingItems);
  uint32_t bit = 1;
  for (const std::string& item : definition.pairing->items) {
    items_[item].pairing_bit = bit;
    all_pairing_bits_ |= bit;
    bit <<= 1;
  }
}

void LeafAccumulator::AddTerms(const std::vector<Term>& terms, Use::Sum sum) {
  for (const Term& term : terms) items_[term.item].uses.push_back(Use{&term, sum});
}

LeafAccumulator::Tuple* LeafAccumulator::TupleOf(const CellView& cell) {
  if (!definition_.pairing.has_value()) return &unpaired_;
  std::string key;
  for (const std::string& dimension : definition_.pairing->dimensions) {
    const DimensionView* found = FindDimension(cell, dimension);
    if (found == nullptr) return &unpaired_;
    // Values hold at least one byte and no NUL is needed to tell them apart: each carries its
    // length.
    key.append(std::to_string(found->value.size())).push_back(':');
    key.append(found->value.data(), found->value.size());
  }
  return &tuples_[key];
}

void LeafAccumulator::Add(const CellView& cell) {
  const auto found = items_.find(cell.item);
  if (found == items_.end()) return;
  const ItemUses& item = found->second;
  Tuple* tuple = TupleOf(cell);
  const bool has_number = cell.value.has_value();
  if (tuple != &unpaired_) {
    (has_number ? tuple->items_with_number : tuple->items_with_null) |= item.pairing_bit;
  }
  bool in_sums = false;
  for (const Use& use : item.uses) {
    if (!Selects(*use.term, cell)) continue;
    in_sums = in_sums || use.sum != Use::Sum::kEligibility;
    if (!has_number) continue;
    const Int128 amount = use.term->sign * cell.value->wide();
    switch (use.sum) {
      case Use::Sum::kNumerator:
        tuple->numerator += amount;
        break;
      case Use::Sum::kDenominator:
        tuple->denominator += amount;
        break;
      case Use::Sum::kEligibility:
        eligibility_ += amount;
        break;
    }
  }
  if (in_sums) ++(has_number ? tuple->entering_cells : tuple->null_cells);
}

Leaf LeafAccumulator::Finish() const {
  Leaf leaf;
  leaf.eligibility = eligibility_;
  const auto add = [&leaf](const Tuple& tuple) {
    leaf.numerator += tuple.numerator;
    leaf.denominator += tuple.denominator;
    leaf.entering_cells += tuple.entering_cells;
  };
  add(unpaired_);
  leaf.null_cells = unpaired_.null_cells;
  for (const auto& [key, tuple] : tuples_) {
    leaf.null_cells += tuple.null_cells;
    const bool complete =
        tuple.items_with_number == all_pairing_bits_ && tuple.items_with_null == 0;
    if (complete) add(tuple);
  }
  return leaf;
}

absl::StatusOr<std::vector<Leaf>> ComputeLeaves(
    absl::Span<const MetricDefinition* const> definitions, absl::Span<const std::string> chunks,
    uint32_t revision) {
  std::vector<LeafAccumulator> accumulators;
  accumulators.reserve(definitions.size());
  for (const MetricDefinition* definition : definitions) accumulators.emplace_back(*definition);
  if (!accumulators.empty()) {
    for (const std::string& chunk : chunks) {
      RETURN_IF_ERROR(VisitChunk(chunk, [&accumulators](const CellView& cell) {
        for (LeafAccumulator& accumulator : accumulators) accumulator.Add(cell);
      }));
    }
  }
  std::vector<Leaf> leaves;
  leaves.reserve(accumulators.size());
  for (const LeafAccumulator& accumulator : accumulators) {
    leaves.push_back(accumulator.Finish());
    leaves.back().revision = revision;
  }
  return leaves;
}

}  // namespace onereturn::metrics

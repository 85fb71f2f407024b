#include "common/expression/cell_table.h"

#include "absl/hash/hash.h"

namespace onereturn {
namespace {

// The same whatever the order of a tuple's values.
size_t Part(const DimensionValue& value) {
  return absl::Hash<std::pair<absl::string_view, absl::string_view>>()(
      {value.dimension, value.value});
}

}  // namespace

void CellTable::Add(absl::string_view item, std::vector<DimensionValue> dimensions,
                    std::optional<Decimal> value) {
  ItemCells& entry = items_[item];
  size_t tuple = 0;
  for (const DimensionValue& dimension : dimensions) {
    entry.by_value[{dimension.dimension, dimension.value}].push_back(entry.cells.size());
    ++entry.cells_with_dimension[dimension.dimension];
    tuple += Part(dimension);
  }
  entry.by_tuple[tuple].push_back(entry.cells.size());
  entry.cells.push_back({std::move(dimensions), value});
}

void CellTable::Visit(absl::string_view item, const Bindings& bindings,
                      absl::FunctionRef<void(const SourceCell&)> visitor) const {
  const auto found = items_.find(item);
  if (found == items_.end()) return;
  const ItemCells& entry = found->second;
  const std::vector<size_t>* shortest = nullptr;
  size_t tuple = 0;
  size_t held_by_all = 0;  // Bound dimensions that every cell has.
  for (const DimensionValue& bound : bindings) {
    const auto with_dimension = entry.cells_with_dimension.find(bound.dimension);
    if (with_dimension == entry.cells_with_dimension.end() ||
        with_dimension->second != entry.cells.size()) {
      continue;
    }
    const auto positions = entry.by_value.find({bound.dimension, bound.value});
    if (positions == entry.by_value.end()) return;  // Every cell has another value.
    tuple += Part(bound);
    ++held_by_all;
    if (shortest == nullptr || positions->second.size() < shortest->size()) {
      shortest = &positions->second;
    }
  }
  if (held_by_all > 1 && held_by_all == entry.cells_with_dimension.size()) {
    const auto positions = entry.by_tuple.find(tuple);
    if (positions == entry.by_tuple.end()) return;
    shortest = &positions->second;
  }
  const auto show = [&](const Cell& cell) {
    if (Agrees(cell.dimensions, bindings)) visitor({cell.dimensions, cell.value});
  };
  if (shortest == nullptr) {
    for (const Cell& cell : entry.cells) show(cell);
  } else {
    for (size_t position : *shortest) show(entry.cells[position]);
  }
}

}  // namespace onereturn

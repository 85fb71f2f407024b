#include "common/expression/cell_table.h"

namespace onereturn {

void CellTable::Add(absl::string_view item, std::vector<DimensionValue> dimensions,
                    std::optional<Decimal> value) {
  ItemCells& entry = items_[item];
  for (const DimensionValue& dimension : dimensions) {
    entry.by_value[{dimension.dimension, dimension.value}].push_back(entry.cells.size());
    ++entry.cells_with_dimension[dimension.dimension];
  }
  entry.cells.push_back({std::move(dimensions), value});
}

void CellTable::Visit(absl::string_view item, const Bindings& bindings,
                      absl::FunctionRef<void(const SourceCell&)> visitor) const {
  const auto found = items_.find(item);
  if (found == items_.end()) return;
  const ItemCells& entry = found->second;
  const std::vector<size_t>* shortest = nullptr;
  for (const DimensionValue& bound : bindings) {
    const auto with_dimension = entry.cells_with_dimension.find(bound.dimension);
    if (with_dimension == entry.cells_with_dimension.end() ||
        with_dimension->second != entry.cells.size()) {
      continue;
    }
    const auto positions = entry.by_value.find({bound.dimension, bound.value});
    if (positions == entry.by_value.end()) return;  // Every cell has another value.
    if (shortest == nullptr || positions->second.size() < shortest->size()) {
      shortest = &positions->second;
    }
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

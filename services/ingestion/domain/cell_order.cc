#include "services/ingestion/domain/cell_order.h"

#include <algorithm>
#include <tuple>

namespace onereturn::ingestion {

bool SameCell(const Cell& a, const Cell& b) {
  return a.item == b.item && a.dimensions == b.dimensions;
}

bool CellBefore(const Cell& a, const Cell& b) {
  return std::tie(a.item, a.dimensions) < std::tie(b.item, b.dimensions);
}

OrderedCells::OrderedCells(absl::Span<const Cell> cells) {
  cells_.reserve(cells.size());
  for (const Cell& cell : cells) cells_.push_back(&cell);
  const auto before = [](const Cell* a, const Cell* b) { return CellBefore(*a, *b); };
  // As they are stored they are in order already.
  if (!std::is_sorted(cells_.begin(), cells_.end(), before)) {
    std::sort(cells_.begin(), cells_.end(), before);
  }
}

const Cell* OrderedCells::Find(const Cell& cell) const {
  const auto found =
      std::lower_bound(cells_.begin(), cells_.end(), &cell,
                       [](const Cell* a, const Cell* b) { return CellBefore(*a, *b); });
  return found == cells_.end() || !SameCell(**found, cell) ? nullptr : *found;
}

}  // namespace onereturn::ingestion

// The order in which cells are stored, and in which they are found: by item, then by dimensions.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_CELL_ORDER_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_CELL_ORDER_H_

#include <vector>

#include "absl/types/span.h"
#include "common/cells/cell.h"

namespace onereturn::ingestion {

// Is it the same figure's place, whatever the value?
bool SameCell(const Cell& a, const Cell& b);
bool CellBefore(const Cell& a, const Cell& b);

// Cells in order, not copied. A return may have a million: no node for each.
class OrderedCells {
 public:
  // `cells` must outlive it, and stay as they are.
  explicit OrderedCells(absl::Span<const Cell> cells);

  // The cell in the place of this one, whatever its value; nullptr where there is none.
  const Cell* Find(const Cell& cell) const;
  bool Has(const Cell& cell) const { return Find(cell) != nullptr; }
  const std::vector<const Cell*>& all() const { return cells_; }

 private:
  std::vector<const Cell*> cells_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_CELL_ORDER_H_

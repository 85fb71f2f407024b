#include "services/ingestion/domain/nil_return.h"

#include <utility>

namespace onereturn::ingestion {

std::vector<Cell> NilCells(const Collection& collection, const std::string& organisation,
                           const Period& period) {
  std::vector<Cell> cells;
  collection.VisitCells([&](const Cell& owed) {
    Cell cell = owed;
    if (collection.DoesNotCollect(organisation, period, cell.item)) {
      cell.null_reason = NullReason::kNotCollected;
    } else {
      cell.value = Decimal();
    }
    cells.push_back(std::move(cell));
    return true;
  });
  return cells;
}

}  // namespace onereturn::ingestion

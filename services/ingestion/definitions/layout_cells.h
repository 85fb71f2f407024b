// The cells that the columns of a layout give.
#ifndef ONERETURN_SERVICES_INGESTION_DEFINITIONS_LAYOUT_CELLS_H_
#define ONERETURN_SERVICES_INGESTION_DEFINITIONS_LAYOUT_CELLS_H_

#include <set>
#include <string>
#include <vector>

#include "common/cells/cell.h"
#include "common/status/error.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "services/ingestion/domain/collection.h"

namespace onereturn::ingestion {

// Sees to it that each column names a cell, and no two the same one. What it is given must outlive
// it.
class LayoutCells {
 public:
  LayoutCells(const Collection& collection, const std::set<std::string>& unknown_items,
              Error* faults)
      : collection_(collection), unknown_items_(unknown_items), faults_(faults) {}

  // Every cell has this dimension besides those that its column names.
  void AddRowDimension(const std::string& dimension) { row_dimensions_.push_back(dimension); }
  // A column of this cell; false after a fault, which is added at `path`.
  bool Take(const std::string& path, const Cell& cell);
  // A cell that names all its dimensions, and that no column gives at any row.
  bool TakeWhole(const std::string& path, const Cell& cell);

 private:
  bool IsCellOf(const ItemSpec& item, const Cell& cell) const;
  const ItemSpec* FindItem(const std::string& path, const Cell& cell) const;

  const Collection& collection_;
  const std::set<std::string>& unknown_items_;  // A fault already: they may have any dimension.
  Error* faults_;
  std::vector<std::string> row_dimensions_;
  std::set<std::string> taken_;
};

// `collection` has its items already. Faults go to `faults`, below `path`.
LongLayout BuildLongLayout(const catalogue::v1::LongLayout& definition, const std::string& path,
                           const Collection& collection, Error* faults);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DEFINITIONS_LAYOUT_CELLS_H_

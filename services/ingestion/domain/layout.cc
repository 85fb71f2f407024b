#include "services/ingestion/domain/layout.h"

namespace onereturn::ingestion {

std::set<std::string> WideLayout::Items() const {
  std::set<std::string> items;
  for (const RowShape& shape : shapes) {
    for (const CellColumn& column : shape.columns) items.insert(column.item);
    for (const SeriesColumns& columns : shape.series) items.insert(columns.item);
  }
  for (const Cell& cell : cells_without_column) items.insert(cell.item);
  return items;
}

}  // namespace onereturn::ingestion

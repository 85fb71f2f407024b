#include "services/ingestion/definitions/layout_cells.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace onereturn::ingestion {

bool LayoutCells::Take(const std::string& path, const Cell& cell) {
  const auto item = collection_.items.find(cell.item);
  if (item == collection_.items.end()) {
    if (unknown_items_.count(cell.item) > 0) return true;
    faults_->Field(path, absl::StrCat("\"", cell.item, "\" is not an item of the collection"));
    return false;
  }
  if (!IsCellOf(item->second, cell)) {
    std::string words = absl::StrCat(DescribeCell(cell), " is not a cell of the item");
    for (const std::string& dimension : row_dimensions_) {
      absl::StrAppend(&words, ", with the row's ", dimension);
    }
    faults_->Field(path, words);
    return false;
  }
  if (!taken_.insert(DescribeCell(cell)).second) {
    faults_->Field(path, absl::StrCat(DescribeCell(cell), " has a column already"));
    return false;
  }
  return true;
}

// At any of the values that the row may give.
bool LayoutCells::IsCellOf(const ItemSpec& item, const Cell& cell) const {
  std::vector<DimensionValue> dimensions = cell.dimensions;
  for (const std::string& row_dimension : row_dimensions_) {
    const auto own =
        std::find_if(item.dimensions.begin(), item.dimensions.end(),
                     [&](const DimensionSpec& spec) { return spec.code == row_dimension; });
    if (own == item.dimensions.end() || own->values.empty()) return false;
    dimensions.push_back(DimensionValue{row_dimension, *own->values.begin()});
  }
  std::sort(dimensions.begin(), dimensions.end());
  return item.HasCell(dimensions);
}

}  // namespace onereturn::ingestion

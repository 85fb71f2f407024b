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
  if (cell.dimensions.size() + row_dimensions_.size() != item.dimensions.size()) return false;
  std::set<std::string> given(row_dimensions_.begin(), row_dimensions_.end());
  for (const DimensionValue& own : cell.dimensions) {
    const auto spec = std::find_if(
        item.dimensions.begin(), item.dimensions.end(),
        [&](const DimensionSpec& dimension) { return dimension.code == own.dimension; });
    if (spec == item.dimensions.end() || !spec->Has(own.value)) return false;
    if (!given.insert(own.dimension).second) return false;
  }
  return std::all_of(item.dimensions.begin(), item.dimensions.end(),
                     [&](const DimensionSpec& spec) { return given.count(spec.code) > 0; });
}

}  // namespace onereturn::ingestion

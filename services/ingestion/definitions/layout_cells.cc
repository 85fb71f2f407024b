#include "services/ingestion/definitions/layout_cells.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace onereturn::ingestion {

// nullptr, with a fault unless there is one already.
const ItemSpec* LayoutCells::FindItem(const std::string& path, const Cell& cell) const {
  const auto item = collection_.items.find(cell.item);
  if (item != collection_.items.end()) return &item->second;
  if (unknown_items_.count(cell.item) == 0) {
    faults_->Field(path, absl::StrCat("\"", cell.item, "\" is not an item of the collection"));
  }
  return nullptr;
}

bool LayoutCells::TakeWhole(const std::string& path, const Cell& cell) {
  const ItemSpec* item = FindItem(path, cell);
  if (item == nullptr) return unknown_items_.count(cell.item) > 0;
  if (!item->HasCell(cell.dimensions)) {
    faults_->Field(path, absl::StrCat(DescribeCell(cell), " is not a cell of the item"));
    return false;
  }
  Cell column = cell;  // As a column of the rows would name it.
  column.dimensions.erase(
      std::remove_if(column.dimensions.begin(), column.dimensions.end(),
                     [&](const DimensionValue& value) {
                       return std::find(row_dimensions_.begin(), row_dimensions_.end(),
                                        value.dimension) != row_dimensions_.end();
                     }),
      column.dimensions.end());
  const bool by_row =
      column.dimensions.size() < cell.dimensions.size() && taken_.count(DescribeCell(column)) > 0;
  if (by_row || !taken_.insert(DescribeCell(cell)).second) {
    faults_->Field(path, absl::StrCat(DescribeCell(cell), " has a column already"));
    return false;
  }
  return true;
}

bool LayoutCells::Take(const std::string& path, const Cell& cell) {
  const ItemSpec* item = FindItem(path, cell);
  if (item == nullptr) return unknown_items_.count(cell.item) > 0;
  if (!IsCellOf(*item, cell)) {
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
    if (spec == item.dimensions.end() || !spec->HasEver(own.value)) return false;
    if (!given.insert(own.dimension).second) return false;
  }
  return std::all_of(item.dimensions.begin(), item.dimensions.end(),
                     [&](const DimensionSpec& spec) { return given.count(spec.code) > 0; });
}

LongLayout BuildLongLayout(const catalogue::v1::LongLayout& definition, const std::string& path,
                           const Collection& collection, Error* faults) {
  const std::string field = absl::StrCat(path, ".long.dimensions");
  LongLayout made{{definition.dimensions().begin(), definition.dimensions().end()}};
  std::set<std::string> headers = {"organisation", "period",      "item",
                                   "value",        "null_reason", "status"};
  for (const std::string& dimension : made.dimensions) {
    if (!headers.insert(dimension).second) {
      faults->Field(field, absl::StrCat("column \"", dimension, "\" stands twice"));
    }
  }
  for (const auto& [code, item] : collection.items) {
    for (const DimensionSpec& dimension : item.dimensions) {
      if (headers.count(dimension.code) == 0) {
        faults->Field(field, absl::StrCat("dimension \"", dimension.code, "\" of item ", code,
                                          " has no column"));
      }
    }
  }
  return made;
}

}  // namespace onereturn::ingestion

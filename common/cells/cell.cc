#include "common/cells/cell.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace onereturn {

std::string DescribeCell(const Cell& cell) {
  if (cell.dimensions.empty()) return cell.item;
  const std::string dimensions =
      absl::StrJoin(cell.dimensions, ", ", [](std::string* out, const DimensionValue& pair) {
        absl::StrAppend(out, pair.dimension, "=", pair.value);
      });
  return absl::StrCat(cell.item, " [", dimensions, "]");
}

}  // namespace onereturn

// One figure of a return: an item at one value of each of its dimensions, with its value or the
// reason for none.
#ifndef ONERETURN_COMMON_CELLS_CELL_H_
#define ONERETURN_COMMON_CELLS_CELL_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/decimal/decimal.h"

namespace onereturn {

struct DimensionValue {
  std::string dimension;
  std::string value;
  friend auto operator<=>(const DimensionValue&, const DimensionValue&) = default;
  friend bool operator==(const DimensionValue&, const DimensionValue&) = default;
};

// Why a figure is not given. Stored on disk: never renumber.
enum class NullReason : uint8_t {
  kNotCollected = 1,
  kNotApplicable = 2,
  kWithheld = 3,
  kSuppressedAtSource = 4,
};

struct Cell {
  std::string item;
  std::vector<DimensionValue> dimensions;  // Sorted by dimension, each dimension once.
  std::optional<Decimal> value;
  NullReason null_reason = NullReason::kNotCollected;  // Means something only without a value.

  // The same figure: the null reason counts only where there is no value.
  friend bool operator==(const Cell& a, const Cell& b) {
    return a.item == b.item && a.dimensions == b.dimensions && a.value == b.value &&
           (a.value.has_value() || a.null_reason == b.null_reason);
  }
};

// The item and dimensions for people: "AE01", or "AE01 [age=0-17, sex=F]".
std::string DescribeCell(const Cell& cell);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_CELLS_CELL_H_

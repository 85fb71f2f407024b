// Where an expression finds the cells it refers to.
#ifndef ONERETURN_COMMON_EXPRESSION_CELL_SOURCE_H_
#define ONERETURN_COMMON_EXPRESSION_CELL_SOURCE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/cells/cell.h"
#include "common/decimal/decimal.h"

namespace onereturn {

// The dimensions that an evaluation holds fixed. At most one value a dimension.
using Bindings = std::vector<DimensionValue>;

// A cell as a source shows it; valid during the visit alone.
struct SourceCell {
  absl::Span<const DimensionValue> dimensions;  // At most one value a dimension, in any order.
  std::optional<Decimal> value;                 // Absent: a null, whatever its reason.
};

// Whether the cell has the bound value of every bound dimension that it has. A binding of a
// dimension that the cell lacks does not matter.
bool Agrees(absl::Span<const DimensionValue> cell, const Bindings& bindings);

// The cells of one return, or of whatever an expression is evaluated over. Implementations are
// thread-compatible or better, and answer the same during one evaluation.
class CellSource {
 public:
  virtual ~CellSource() = default;

  // Calls `visitor` once for every cell of `item` that agrees with `bindings`, in any order. Cells
  // that do not agree may be shown too: callers check with Agrees(). An item that the source does
  // not know has no cells. A source that knows a cell to be owed but absent may show it as a null.
  virtual void Visit(absl::string_view item, const Bindings& bindings,
                     absl::FunctionRef<void(const SourceCell&)> visitor) const = 0;
};

// The cells of the periods before the one that an expression is evaluated over. As CellSource:
// thread-compatible or better, and the same answers during one evaluation.
class CellHistory {
 public:
  virtual ~CellHistory() = default;

  // What is held of the period `periods_before` periods before, 1 being the one just before; null
  // where nothing is. Stays the history's, and valid as long as it is.
  virtual const CellSource* Before(uint32_t periods_before) const = 0;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_EXPRESSION_CELL_SOURCE_H_

// A CellSource held in memory.
#ifndef ONERETURN_COMMON_EXPRESSION_CELL_TABLE_H_
#define ONERETURN_COMMON_EXPRESSION_CELL_TABLE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "common/decimal/decimal.h"
#include "common/expression/cell_source.h"

namespace onereturn {

// Owns its cells. Indexed by item, by each dimension's value and by all of a cell's values
// together, so that a rule evaluated once for each of many tuples does not read every cell each
// time. Thread-compatible: once filled, any number of threads may read it.
class CellTable : public CellSource {
 public:
  // Cells may repeat; the table keeps what it is given.
  void Add(absl::string_view item, std::vector<DimensionValue> dimensions,
           std::optional<Decimal> value);

  void Visit(absl::string_view item, const Bindings& bindings,
             absl::FunctionRef<void(const SourceCell&)> visitor) const override;

 private:
  struct Cell {
    std::vector<DimensionValue> dimensions;
    std::optional<Decimal> value;
  };
  struct ItemCells {
    std::vector<Cell> cells;
    // Positions in `cells`, by dimension and value.
    absl::flat_hash_map<std::pair<std::string, std::string>, std::vector<size_t>> by_value;
    // Positions by the hash of all the cell's dimensions, in any order: several where cells repeat,
    // or where hashes happen to be equal.
    absl::flat_hash_map<size_t, std::vector<size_t>> by_tuple;
    // How many cells have the dimension: an index is complete only where all have it.
    absl::flat_hash_map<std::string, size_t> cells_with_dimension;
  };

  absl::flat_hash_map<std::string, ItemCells> items_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_EXPRESSION_CELL_TABLE_H_

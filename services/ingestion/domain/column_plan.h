// What each column of a file in a wide layout is for, found by its header.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_COLUMN_PLAN_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_COLUMN_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/cells/cell.h"
#include "services/ingestion/domain/finding.h"
#include "services/ingestion/domain/layout.h"

namespace onereturn::ingestion {

// A column of figures in rows of one shape.
struct FigureUse {
  enum class Use {
    kNotNamed,  // Must be blank.
    kUnread,
    kFigure,  // Read for a sum alone.
    kCell,
  };

  bool IsRead() const { return use == Use::kFigure || use == Use::kCell; }

  Use use = Use::kNotNamed;
  NoFigure blank;
  FigureKind kind = FigureKind::kAsWritten;
  Cell cell;                       // Of kCell: no value, and those of the row dimensions blank.
  std::vector<size_t> row_places;  // Of each row dimension: its place among the cell's dimensions.
};

struct SumPlan {
  const SumCheck* check = nullptr;
  size_t column = 0;
  std::vector<size_t> terms;
};

struct ShapePlan {
  std::vector<FigureUse> uses;  // Of each column; nothing where the column has no figures.
  std::vector<SumPlan> sums;
};

// Columns are counted from 0. Immutable.
class ColumnPlan {
 public:
  enum class Role { kUnread, kOrganisation, kPeriod, kSelector, kRowDimension, kFigure };

  // FILE_LAYOUT, every fault of the header named: columns of no such name, columns that stand twice
  // or are missing, and of a series those that are not expected, missing or out of order. `layout`
  // must outlive the plan.
  static absl::StatusOr<ColumnPlan> Make(const WideLayout& layout,
                                         const std::vector<absl::string_view>& header);

  // Up to the last column with a name.
  size_t width() const { return roles_.size(); }
  Role role(size_t column) const { return roles_[column]; }
  // As the file writes it, trimmed.
  const std::string& header(size_t column) const { return headers_[column]; }
  // Of a finding in this row; rows are counted from 1.
  Place PlaceOf(uint32_t row, size_t column) const {
    return Place{row, static_cast<uint32_t>(column + 1), headers_[column]};
  }
  // nullopt: the layout has none.
  std::optional<size_t> organisation_column() const { return organisation_column_; }
  // nullopt: the layout has none.
  std::optional<size_t> period_column() const { return period_column_; }
  std::optional<size_t> selector_column() const { return selector_column_; }
  size_t row_dimension_column(size_t dimension) const { return row_dimension_columns_[dimension]; }
  // Of each of the layout's parents: its column; nullopt where the file is without it.
  const std::vector<std::optional<size_t>>& parent_columns() const { return parent_columns_; }
  // The columns with figures, in order.
  const std::vector<size_t>& figure_columns() const { return figure_columns_; }
  // Do rows of any shape have a figure there that is read?
  bool IsRead(size_t column) const;
  // Of each of the layout's shapes.
  const ShapePlan& shape(size_t shape) const { return shapes_[shape]; }

 private:
  friend class ColumnPlanMaker;

  std::vector<Role> roles_;
  std::vector<std::string> headers_;
  std::optional<size_t> organisation_column_;
  std::optional<size_t> period_column_;
  std::optional<size_t> selector_column_;
  std::vector<size_t> row_dimension_columns_;
  std::vector<std::optional<size_t>> parent_columns_;
  std::vector<size_t> figure_columns_;
  std::vector<ShapePlan> shapes_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_COLUMN_PLAN_H_

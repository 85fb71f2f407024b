#include "services/ingestion/domain/column_plan.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/status/error.h"
#include "services/ingestion/domain/return_file.h"

namespace onereturn::ingestion {

// Makes one plan, adding faults as it goes.
class ColumnPlanMaker {
 public:
  explicit ColumnPlanMaker(const WideLayout& layout)
      : layout_(layout), faults_(Reason::kFileLayout, "the header row does not fit the layout") {
    faults_.Remedy(kHeaderRemedy);
    Know(layout.organisation_header, ColumnPlan::Role::kOrganisation);
    Know(layout.period_header, ColumnPlan::Role::kPeriod);
    Know(layout.selector_header, ColumnPlan::Role::kSelector);
    for (const RowDimension& dimension : layout.row_dimensions) {
      Know(dimension.header, ColumnPlan::Role::kRowDimension);
    }
    for (const RowShape& shape : layout.shapes) KnowFigures(shape);
    plan_.parent_columns_.resize(layout.parents.size());
    for (const ColumnSeries& series : layout.series) series_.emplace_back(series.values.size());
  }

  absl::StatusOr<ColumnPlan> Make(const std::vector<absl::string_view>& header) {
    const size_t width = WidthOfHeader(header);
    for (size_t i = 0; i < width; ++i) Place(i, std::string(Trimmed(header[i])));
    for (const std::string& known : in_order_) {
      if (columns_.count(known) == 0) {
        faults_.Field("header", absl::StrCat("column \"", known, "\" is missing"));
      }
    }
    for (size_t i = 0; i < layout_.series.size(); ++i) CheckSeries(i);
    if (faults_.fields_total() > 0) return faults_.ToStatus();
    FindColumns();
    for (const RowShape& shape : layout_.shapes) PlanShape(shape);
    return std::move(plan_);
  }

 private:
  void Know(const std::string& header, ColumnPlan::Role role) {
    if (!header.empty() && known_.emplace(header, role).second) in_order_.push_back(header);
  }

  void KnowFigures(const RowShape& shape) {
    for (const CellColumn& column : shape.columns) Know(column.header, ColumnPlan::Role::kFigure);
    for (const SumCheck& check : shape.checks) {
      Know(check.header, ColumnPlan::Role::kFigure);
      for (const std::string& term : check.terms) {
        if (FindSeries(term) == layout_.series.size()) Know(term, ColumnPlan::Role::kFigure);
      }
    }
    for (const std::string& header : shape.unread) Know(header, ColumnPlan::Role::kFigure);
  }

  // The number of series where there is none of that code.
  size_t FindSeries(const std::string& code) const {
    const auto found =
        std::find_if(layout_.series.begin(), layout_.series.end(),
                     [&](const ColumnSeries& series) { return series.code == code; });
    return static_cast<size_t>(found - layout_.series.begin());
  }

  void Place(size_t column, std::string header) {
    ColumnPlan::Role role = ColumnPlan::Role::kUnread;
    if (auto found = known_.find(header); found != known_.end()) {
      role = found->second;
      if (!columns_.emplace(header, column).second) Fault(column, header, "stands twice");
    } else if (PlaceInSeries(column, header)) {
      role = ColumnPlan::Role::kFigure;
    } else if (!PlaceParent(column, header) && layout_.ignored_headers.count(header) == 0 &&
               !header.empty()) {
      Fault(column, header, "is not a column of the layout");
    }
    if (role == ColumnPlan::Role::kFigure) plan_.figure_columns_.push_back(column);
    plan_.roles_.push_back(role);
    plan_.headers_.push_back(std::move(header));
  }

  // False where the header is of no parent.
  bool PlaceParent(size_t column, const std::string& header) {
    bool found = false;
    for (size_t i = 0; i < layout_.parents.size(); ++i) {
      if (layout_.parents[i].header != header) continue;
      if (plan_.parent_columns_[i].has_value()) Fault(column, header, "stands twice");
      plan_.parent_columns_[i] = column;
      found = true;
    }
    return found;
  }

  // False where the header is of no series.
  bool PlaceInSeries(size_t column, const std::string& header) {
    for (size_t i = 0; i < layout_.series.size(); ++i) {
      const ColumnSeries& series = layout_.series[i];
      for (const SeriesForm& form : series.forms) {
        const auto numbers = form.header.Match(header);
        if (!numbers.has_value()) continue;
        const std::string value = form.value.Fill(*numbers);
        const auto found = std::find(series.values.begin(), series.values.end(), value);
        if (found == series.values.end()) {
          Fault(column, header,
                absl::StrCat("is ", series.dimension, " ", value,
                             ", which the layout does not have"));
        } else {
          std::optional<size_t>& place =
              series_[i][static_cast<size_t>(found - series.values.begin())];
          if (place.has_value()) Fault(column, header, "stands twice");
          place = column;
        }
        return true;
      }
    }
    return false;
  }

  // Each value there, and none left of one that it should stand behind.
  void CheckSeries(size_t i) {
    const ColumnSeries& series = layout_.series[i];
    std::optional<size_t> last;
    for (size_t place = 0; place < series.values.size(); ++place) {
      const std::optional<size_t> column = series_[i][place];
      if (!column.has_value()) {
        faults_.Field("header", absl::StrCat("no column gives ", series.dimension, " ",
                                             series.values[place], ": it is missing"));
        continue;
      }
      if (last.has_value() && *column < *last) {
        Fault(*column, plan_.headers_[*column],
              absl::StrCat("stands out of order: it belongs to the right of \"",
                           plan_.headers_[*last], "\""));
      } else {
        last = column;
      }
    }
  }

  void Fault(size_t column, const std::string& header, absl::string_view what) {
    faults_.Field(absl::StrCat("column ", column + 1), absl::StrCat("\"", header, "\" ", what));
  }

  void FindColumns() {
    if (!layout_.organisation_header.empty()) {
      plan_.organisation_column_ = columns_.at(layout_.organisation_header);
    }
    if (!layout_.period_header.empty()) {
      plan_.period_column_ = columns_.at(layout_.period_header);
    }
    if (!layout_.selector_header.empty()) {
      plan_.selector_column_ = columns_.at(layout_.selector_header);
    }
    for (const RowDimension& dimension : layout_.row_dimensions) {
      plan_.row_dimension_columns_.push_back(columns_.at(dimension.header));
    }
  }

  void PlanShape(const RowShape& shape) {
    ShapePlan planned;
    planned.uses.resize(plan_.width());
    for (const std::string& header : shape.unread) {
      planned.uses[columns_.at(header)].use = FigureUse::Use::kUnread;
    }
    for (const SumCheck& check : shape.checks) PlanSum(check, &planned);
    for (const CellColumn& column : shape.columns) {
      planned.uses[columns_.at(column.header)] =
          UseAsCell(column.item, column.dimensions, column.blank, column.kind);
    }
    for (const SeriesColumns& of_series : shape.series) {
      const size_t i = FindSeries(of_series.series);
      ONERETURN_CHECK(i < layout_.series.size());
      const ColumnSeries& series = layout_.series[i];
      for (size_t place = 0; place < series.values.size(); ++place) {
        std::vector<DimensionValue> dimensions = of_series.dimensions;
        dimensions.push_back(DimensionValue{series.dimension, series.values[place]});
        planned.uses[*series_[i][place]] =
            UseAsCell(of_series.item, std::move(dimensions), of_series.blank, of_series.kind);
      }
    }
    plan_.shapes_.push_back(std::move(planned));
  }

  void PlanSum(const SumCheck& check, ShapePlan* planned) {
    SumPlan sum;
    sum.check = &check;
    sum.column = columns_.at(check.header);
    for (const std::string& term : check.terms) {
      const size_t i = FindSeries(term);
      if (i == layout_.series.size()) {
        sum.terms.push_back(columns_.at(term));
      } else {
        for (const std::optional<size_t>& column : series_[i]) sum.terms.push_back(*column);
      }
    }
    for (const size_t column : sum.terms) ReadForSum(column, NoFigure::Meaning::kZero, planned);
    ReadForSum(sum.column, NoFigure::Meaning::kFault, planned);
    planned->sums.push_back(std::move(sum));
  }

  // A column that is not a cell. Where it is both a sum and a term of another, it is a sum.
  static void ReadForSum(size_t column, NoFigure::Meaning blank, ShapePlan* planned) {
    FigureUse& use = planned->uses[column];
    if (use.use == FigureUse::Use::kFigure && blank != NoFigure::Meaning::kFault) return;
    use.use = FigureUse::Use::kFigure;
    use.blank.meaning = blank;
  }

  FigureUse UseAsCell(const std::string& item, std::vector<DimensionValue> dimensions,
                      const NoFigure& blank, FigureKind kind) const {
    FigureUse use;
    use.use = FigureUse::Use::kCell;
    use.blank = blank;
    use.kind = kind;
    for (const RowDimension& dimension : layout_.row_dimensions) {
      dimensions.push_back(DimensionValue{dimension.dimension, ""});
    }
    std::sort(dimensions.begin(), dimensions.end());
    use.cell.item = item;
    use.cell.dimensions = std::move(dimensions);
    for (const RowDimension& dimension : layout_.row_dimensions) {
      const auto place = std::find(use.cell.dimensions.begin(), use.cell.dimensions.end(),
                                   DimensionValue{dimension.dimension, ""});
      use.row_places.push_back(static_cast<size_t>(place - use.cell.dimensions.begin()));
    }
    return use;
  }

  const WideLayout& layout_;
  Error faults_;
  std::map<std::string, ColumnPlan::Role> known_;
  std::vector<std::string> in_order_;  // The known headers.
  std::map<std::string, size_t> columns_;
  std::vector<std::vector<std::optional<size_t>>> series_;  // Of each value of each: its column.
  ColumnPlan plan_;
};

bool ColumnPlan::IsRead(size_t column) const {
  return std::any_of(shapes_.begin(), shapes_.end(),
                     [column](const ShapePlan& shape) { return shape.uses[column].IsRead(); });
}

absl::StatusOr<ColumnPlan> ColumnPlan::Make(const WideLayout& layout,
                                            const std::vector<absl::string_view>& header) {
  return ColumnPlanMaker(layout).Make(header);
}

}  // namespace onereturn::ingestion

// How files of a collection look: data that the readers of files follow.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_LAYOUT_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_LAYOUT_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "common/cells/cell.h"
#include "common/period/period.h"
#include "services/ingestion/domain/figure.h"
#include "services/ingestion/domain/number_pattern.h"
#include "services/ingestion/domain/severity.h"

namespace onereturn::ingestion {

// A column of figures that is known by its header; each figure is a cell.
struct CellColumn {
  std::string header;
  std::string item;
  std::vector<DimensionValue> dimensions;  // Sorted by dimension.
  NoFigure blank = {};
  FigureKind kind = FigureKind::kAsWritten;
};

// One way in which the headers of a series are written, and the value that such a header stands
// for: "Gt # To # Weeks SUM 1" and "#-#". Both have as many numbers.
struct SeriesForm {
  NumberPattern header;
  NumberPattern value;
};

// Columns whose headers differ in numbers alone, one at each value of a dimension. A file must have
// each of `values` once, in this order from left to right, and no other that a form matches.
struct ColumnSeries {
  std::string code;  // By which shapes name it.
  std::string dimension;
  std::vector<SeriesForm> forms;
  std::vector<std::string> values;
};

// What the columns of a series are in rows of one shape.
struct SeriesColumns {
  std::string series;
  std::string item;
  std::vector<DimensionValue> dimensions;  // Besides the series' own; sorted by dimension.
  NoFigure blank = {};
  FigureKind kind = FigureKind::kAsWritten;
};

// A column that must be the sum of other columns of its row: checked, and not stored unless it is
// a cell column too. A blank counts as nothing in the sum, and is a fault in the column itself.
// Checks are made in order: one that has failed is not taken for a term of a later one.
struct SumCheck {
  std::string header;
  std::vector<std::string> terms;  // Headers, and codes of series.
  std::string rule;                // Code of the finding.
  Severity severity = Severity::kError;
};

// What the columns of a row stand for. Columns of figures that the shape does not name must be
// blank in its rows.
struct RowShape {
  std::set<std::string> selected_by = {};  // Texts of the selector; empty where there is none.
  std::vector<CellColumn> columns = {};
  std::vector<SeriesColumns> series = {};
  std::vector<SumCheck> checks = {};
  std::set<std::string> unread = {};  // Headers of figures that are known and not kept.
};

// Rows at which a row dimension holds `text` give the sum of the other rows of their group: those
// with the same text of the selector and the same values of the other row dimensions. They are
// checked and not stored.
struct TotalRows {
  std::string text;
  std::string rule;  // Code of the findings.
  Severity severity = Severity::kError;
  bool required = true;  // Each group must have one; no group may have two.
};

// A column whose text is the value of a dimension in every cell of its row.
struct RowDimension {
  std::string header;
  std::string dimension;
  std::map<std::string, std::string> codes = {};  // Of the file's texts, where they differ.
  std::optional<TotalRows> total = std::nullopt;
  // How the cells of the layout's columns stand at a value for which an organisation has no row:
  // zeros or nulls; else there are none. Only of the one dimension of rows of one shape.
  NoFigure missing_row = {};
};

// A column that names a parent of the row's organisation; nothing of it is kept.
struct ParentColumn {
  std::string header;  // A file may be without it.
  int kind = 0;        // Of the relationship, numbered as in the catalogue.
  std::string rule;    // Code of the finding.
  Severity severity = Severity::kInfo;
};

enum class PeriodForm {
  kCanonical = 1,  // "2024-03".
  kWritten = 2,    // As people write it, after a prefix: "MSitAE-MARCH-2024", "2024-25-Q2".
  kLastDay = 3,    // The period's last day: "30/06/2012", "2024-06-30".
  kGiven = 4,      // Not in the file: it is given with it.
  kFirstDay = 5,   // The period's first day: "01/06/2012", "2024-06-01".
};

// One or more rows an organisation, one column a cell. With neither a selector nor row dimensions
// an organisation has one row; else its rows stand together.
struct WideLayout {
  std::string organisation_header;  // Empty: the organisation is given with the file.
  std::string period_header;        // Empty: the period is given with the file.
  PeriodForm period_form = PeriodForm::kCanonical;
  std::string period_prefix;    // Of kWritten: "MSitAE"; may be empty.
  std::string selector_header;  // The column that chooses a row's shape; empty: the only one.
  std::vector<RowDimension> row_dimensions;
  std::vector<ColumnSeries> series;
  std::vector<RowShape> shapes;
  std::vector<Cell> cells_without_column;  // Added to each organisation's cells as they are.
  NumberStyle numbers;
  std::set<std::string> ignored_headers;  // Known and not read; they may be missing.
  std::string total_label;                // Empty: no total row of the whole file.
  bool null_reasons_written = false;
  // The file is a part of a return: items that it has no column for stay as they are held.
  bool keeps_other_items = false;
  // The file holds several periods: the rows of the one that is given with it are taken, and of the
  // others the period alone is read.
  bool several_periods = false;
  std::vector<ParentColumn> parents = {};

  // The items that rows of some shape have a column for, or that are added without one.
  std::set<std::string> Items() const;
};

// One row a cell.
struct LongLayout {
  std::vector<std::string> dimensions;
};

struct LayoutSpec {
  std::string code;
  std::variant<WideLayout, LongLayout> shape;
  // The first and the last period of which files look so; nullopt: from ever, still.
  std::optional<Period> from = std::nullopt;
  std::optional<Period> to = std::nullopt;

  bool Covers(const Period& period) const {
    return (!from.has_value() || period.start() >= from->start()) &&
           (!to.has_value() || period.end() <= to->end());
  }
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_LAYOUT_H_

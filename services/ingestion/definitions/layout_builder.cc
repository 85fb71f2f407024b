#include "services/ingestion/definitions/layout_builder.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "services/ingestion/definitions/layout_cells.h"
#include "services/ingestion/definitions/layout_values.h"
#include "services/ingestion/definitions/messages.h"
#include "services/ingestion/domain/return_file.h"

namespace onereturn::ingestion {
namespace {

// More than any published file has; each costs memory for every column.
constexpr int kMostShapes = 64;

class LayoutBuilder {
 public:
  LayoutBuilder(const catalogue::v1::WideLayout& definition, std::string path,
                const Collection& collection, const std::set<std::string>& unknown_items,
                Error* faults)
      : definition_(definition),
        path_(std::move(path)),
        collection_(collection),
        unknown_items_(unknown_items),
        faults_(faults),
        cells_(collection, unknown_items, faults) {}

  WideLayout Build() {
    ReadWhole();
    for (int i = 0; i < definition_.row_dimensions_size(); ++i) {
      AddRowDimension(At("row_dimensions", i), definition_.row_dimensions(i));
    }
    for (int i = 0; i < definition_.series_size(); ++i) {
      AddSeries(At("series", i), definition_.series(i));
    }
    AddShapes();
    for (int i = 0; i < definition_.cells_without_column_size(); ++i) {
      AddCellWithoutColumn(At("cells_without_column", i), definition_.cells_without_column(i));
    }
    for (int i = 0; i < definition_.parents_size(); ++i) {
      AddParent(At("parents", i), definition_.parents(i));
    }
    CheckSeriesHeaders();
    return std::move(made_);
  }

 private:
  std::string At(absl::string_view field, int i) const {
    return absl::StrCat(path_, ".", field, "[", i, "]");
  }
  void Fault(absl::string_view path, absl::string_view what) { faults_->Field(path, what); }

  void ReadWhole() {
    made_.organisation_header = definition_.organisation_header();
    made_.period_header = definition_.period_header();
    made_.period_form = PeriodFormOf(definition_.period_format());
    made_.period_prefix = definition_.period_prefix();
    made_.selector_header = definition_.selector_header();
    made_.ignored_headers = {definition_.ignored_headers().begin(),
                             definition_.ignored_headers().end()};
    made_.total_label = definition_.total_label();
    made_.null_reasons_written = definition_.null_reasons_written();
    made_.numbers = StyleOf(definition_.numbers());
    made_.keeps_other_items = definition_.keeps_other_items();
    made_.several_periods = definition_.several_periods();
    CheckSeveralPeriods();
    if (definition_.period_format() == catalogue::v1::PERIOD_FORMAT_UNSPECIFIED) {
      Fault(absl::StrCat(path_, ".period_format"), "is missing");
    }
    fixed_headers_ = made_.ignored_headers;
    if (!made_.organisation_header.empty()) {
      TakeHeader(absl::StrCat(path_, ".organisation_header"), made_.organisation_header,
                 &fixed_headers_);
    } else if (!made_.total_label.empty()) {
      Fault(absl::StrCat(path_, ".total_label"), "needs an organisation_header to stand below");
    }
    if (made_.period_form != PeriodForm::kGiven) {
      TakeHeader(absl::StrCat(path_, ".period_header"), made_.period_header, &fixed_headers_);
    } else if (!made_.period_header.empty()) {
      Fault(absl::StrCat(path_, ".period_header"), "must be empty: the period is given");
    }
    if (!made_.selector_header.empty()) {
      TakeHeader(absl::StrCat(path_, ".selector_header"), made_.selector_header, &fixed_headers_);
    }
  }

  void CheckSeveralPeriods() {
    if (!made_.several_periods) return;
    const std::string path = absl::StrCat(path_, ".several_periods");
    if (made_.period_form == PeriodForm::kGiven) Fault(path, "needs a period_header to choose by");
    if (!made_.total_label.empty()) Fault(path, "cannot be: a total would be of all periods");
  }

  void TakeHeader(const std::string& path, const std::string& header,
                  std::set<std::string>* headers) {
    if (header.empty()) return Fault(path, "is missing");
    if (Trimmed(header) != header) Fault(path, "has a blank at an end");
    if (!headers->insert(header).second) {
      Fault(path, absl::StrCat("\"", header, "\" stands twice"));
    }
  }

  // Has one of the items such a dimension? One that is not defined may have any.
  bool AnyDimension(absl::FunctionRef<bool(const DimensionSpec&)> is_so) const {
    if (!unknown_items_.empty()) return true;
    for (const auto& [code, item] : collection_.items) {
      if (std::any_of(item.dimensions.begin(), item.dimensions.end(), is_so)) return true;
    }
    return false;
  }

  // Is it a value that the dimension has in one of the items?
  bool IsValue(const std::string& dimension, const std::string& value) const {
    return AnyDimension(
        [&](const DimensionSpec& spec) { return spec.code == dimension && spec.HasEver(value); });
  }

  bool IsDimension(const std::string& dimension) const {
    return AnyDimension([&](const DimensionSpec& spec) { return spec.code == dimension; });
  }

  void TakeDimension(const std::string& path, const std::string& dimension) {
    if (!IsDimension(dimension)) {
      Fault(path, absl::StrCat("no item has a dimension \"", dimension, "\""));
    }
    if (!dimensions_.insert(dimension).second) {
      Fault(path, absl::StrCat("dimension \"", dimension, "\" stands twice"));
    }
  }

  void AddRowDimension(const std::string& path, const catalogue::v1::RowDimension& definition) {
    RowDimension dimension{definition.header(), definition.dimension()};
    TakeHeader(absl::StrCat(path, ".header"), dimension.header, &fixed_headers_);
    TakeDimension(absl::StrCat(path, ".dimension"), dimension.dimension);
    for (int i = 0; i < definition.codes_size(); ++i) {
      const catalogue::v1::CodeOfText& code = definition.codes(i);
      const std::string code_path = absl::StrCat(path, ".codes[", i, "]");
      if (!IsValue(dimension.dimension, code.code())) {
        Fault(code_path, absl::StrCat("\"", code.code(), "\" is no value of the dimension"));
      }
      if (!dimension.codes.emplace(code.text(), code.code()).second) {
        Fault(code_path, absl::StrCat("\"", code.text(), "\" stands twice"));
      }
    }
    if (definition.has_total()) {
      const catalogue::v1::TotalRows& total = definition.total();
      const std::string total_path = absl::StrCat(path, ".total");
      if (total.text().empty()) Fault(absl::StrCat(total_path, ".text"), "is missing");
      const bool is_code = unknown_items_.empty() && IsValue(dimension.dimension, total.text());
      if (is_code || dimension.codes.count(total.text()) > 0) {
        Fault(absl::StrCat(total_path, ".text"),
              absl::StrCat("\"", total.text(), "\" is a value too: it cannot be the total"));
      }
      CheckRule(total_path, total.rule(), total.severity());
      dimension.total = TotalRows{total.text(), total.rule(), SeverityOfCheck(total.severity()),
                                  !total.optional()};
    }
    AddMissingRow(path, definition, &dimension);
    cells_.AddRowDimension(dimension.dimension);
    made_.row_dimensions.push_back(std::move(dimension));
  }

  void AddMissingRow(const std::string& path, const catalogue::v1::RowDimension& definition,
                     RowDimension* dimension) {
    dimension->missing_row = NoFigureOf(definition.missing_row());
    if (definition.missing_row() == catalogue::v1::NO_FIGURE_UNSPECIFIED) return;
    if (definition_.row_dimensions_size() > 1 || !definition_.selector_header().empty()) {
      Fault(absl::StrCat(path, ".missing_row"),
            "needs rows of one kind and one dimension: else it cannot be told which are missing");
    }
  }

  void CheckRule(const std::string& path, const std::string& rule, common::v1::Severity severity) {
    if (rule.empty()) Fault(absl::StrCat(path, ".rule"), "is missing");
    if (severity == common::v1::SEVERITY_UNSPECIFIED) {
      Fault(absl::StrCat(path, ".severity"), "is missing");
    }
  }

  void AddParent(const std::string& path, const catalogue::v1::ParentColumn& definition) {
    TakeHeader(absl::StrCat(path, ".header"), definition.header(), &fixed_headers_);
    if (definition.kind() == catalogue::v1::RELATIONSHIP_KIND_UNSPECIFIED) {
      Fault(absl::StrCat(path, ".kind"), "is missing");
    }
    CheckRule(path, definition.rule(), definition.severity());
    if (definition.severity() == common::v1::SEVERITY_EXPLAIN) {
      Fault(absl::StrCat(path, ".severity"), "must be ERROR or INFO: no cell can be explained");
    }
    made_.parents.push_back(ParentColumn{definition.header(), definition.kind(), definition.rule(),
                                         SeverityOfCheck(definition.severity())});
  }

  std::optional<NumberPattern> ReadPattern(const std::string& path, const std::string& text) {
    absl::StatusOr<NumberPattern> pattern = NumberPattern::Parse(text);
    if (pattern.ok()) return *std::move(pattern);
    Fault(path, pattern.status().message());
    return std::nullopt;
  }

  void AddSeries(const std::string& path, const catalogue::v1::ColumnSeries& definition) {
    ColumnSeries series;
    series.code = definition.code();
    series.dimension = definition.dimension();
    if (series.code.empty()) Fault(absl::StrCat(path, ".code"), "is missing");
    if (FindSeries(series.code) != nullptr) Fault(absl::StrCat(path, ".code"), "stands twice");
    if (!IsDimension(series.dimension)) {
      Fault(absl::StrCat(path, ".dimension"),
            absl::StrCat("no item has a dimension \"", series.dimension, "\""));
    }
    for (int i = 0; i < definition.forms_size(); ++i) {
      const std::string form_path = absl::StrCat(path, ".forms[", i, "]");
      std::optional<NumberPattern> header =
          ReadPattern(absl::StrCat(form_path, ".header"), definition.forms(i).header());
      std::optional<NumberPattern> value =
          ReadPattern(absl::StrCat(form_path, ".value"), definition.forms(i).value());
      if (!header.has_value() || !value.has_value()) continue;
      if (header->number_count() != value->number_count()) {
        Fault(form_path, "header and value do not have as many numbers");
        continue;
      }
      series.forms.push_back(SeriesForm{*std::move(header), *std::move(value)});
    }
    if (definition.values().empty()) Fault(absl::StrCat(path, ".values"), "is empty");
    std::set<std::string> seen;
    for (int i = 0; i < definition.values_size(); ++i) {
      const std::string& value = definition.values(i);
      const std::string value_path = absl::StrCat(path, ".values[", i, "]");
      if (!seen.insert(value).second) Fault(value_path, "stands twice");
      if (std::none_of(series.forms.begin(), series.forms.end(), [&](const SeriesForm& form) {
            return form.value.Match(value).has_value();
          })) {
        Fault(value_path, absl::StrCat("no form gives \"", value, "\""));
      }
      series.values.push_back(value);
    }
    made_.series.push_back(std::move(series));
  }

  const ColumnSeries* FindSeries(const std::string& code) const {
    for (const ColumnSeries& series : made_.series) {
      if (series.code == code) return &series;
    }
    return nullptr;
  }

  void AddShapes() {
    if (definition_.shapes().empty()) {
      made_.shapes.resize(1);
      std::set<std::string> headers;
      for (int i = 0; i < definition_.columns_size(); ++i) {
        AddColumn(At("columns", i), definition_.columns(i), &headers, &made_.shapes[0]);
      }
      if (!made_.selector_header.empty()) {
        Fault(absl::StrCat(path_, ".shapes"), "a selector needs shapes to choose from");
      }
      return;
    }
    if (!definition_.columns().empty()) {
      Fault(absl::StrCat(path_, ".columns"), "belong into the shapes where there are shapes");
    }
    if (made_.selector_header.empty() && definition_.shapes_size() > 1) {
      Fault(absl::StrCat(path_, ".selector_header"), "is missing: there are several shapes");
    }
    if (definition_.shapes_size() > kMostShapes) {
      return Fault(absl::StrCat(path_, ".shapes"),
                   absl::StrCat("there are more than ", kMostShapes, " shapes"));
    }
    for (int i = 0; i < definition_.shapes_size(); ++i) {
      AddShape(At("shapes", i), definition_.shapes(i));
    }
  }

  void AddShape(const std::string& path, const catalogue::v1::RowShape& definition) {
    RowShape shape;
    const std::string selected_path = absl::StrCat(path, ".selected_by");
    for (const std::string& text : definition.selected_by()) {
      if (!selected_by_.insert(text).second) {
        Fault(selected_path, absl::StrCat("\"", text, "\" chooses a shape already"));
      }
      shape.selected_by.insert(text);
    }
    if (shape.selected_by.empty() == !made_.selector_header.empty()) {
      Fault(selected_path, made_.selector_header.empty() ? "needs a selector_header" : "is empty");
    }
    std::set<std::string> headers;
    for (int i = 0; i < definition.columns_size(); ++i) {
      AddColumn(absl::StrCat(path, ".columns[", i, "]"), definition.columns(i), &headers, &shape);
    }
    for (const std::string& header : definition.unread_headers()) {
      TakeFigureHeader(absl::StrCat(path, ".unread_headers"), header, &headers);
      shape.unread.insert(header);
    }
    for (int i = 0; i < definition.series_size(); ++i) {
      AddSeriesColumns(absl::StrCat(path, ".series[", i, "]"), definition.series(i), &shape);
    }
    std::set<std::string> sums;
    for (int i = 0; i < definition.checks_size(); ++i) {
      AddCheck(absl::StrCat(path, ".checks[", i, "]"), definition.checks(i), &sums, &shape);
    }
    made_.shapes.push_back(std::move(shape));
  }

  // The same header may be a figure in several shapes.
  void TakeFigureHeader(const std::string& path, const std::string& header,
                        std::set<std::string>* headers) {
    TakeHeader(path, header, headers);
    if (fixed_headers_.count(header) > 0) {
      Fault(path, absl::StrCat("\"", header, "\" stands twice"));
    }
    if (FindSeries(header) != nullptr) {
      Fault(path, absl::StrCat("\"", header, "\" is the code of a series too"));
    }
    figure_headers_.insert(header);
  }

  void AddColumn(const std::string& path, const catalogue::v1::LayoutColumn& column,
                 std::set<std::string>* headers, RowShape* shape) {
    TakeFigureHeader(absl::StrCat(path, ".header"), column.header(), headers);
    Cell cell = CellAt(column.cell());
    cells_.Take(absl::StrCat(path, ".cell"), cell);
    shape->columns.push_back(CellColumn{column.header(), cell.item, cell.dimensions,
                                        NoFigureOf(column.blank()), FigureKindOf(column.kind())});
  }

  void AddSeriesColumns(const std::string& path, const catalogue::v1::SeriesColumns& definition,
                        RowShape* shape) {
    Cell cell = CellAt(definition.cell());
    const ColumnSeries* series = FindSeries(definition.series());
    if (series == nullptr) {
      return Fault(absl::StrCat(path, ".series"),
                   absl::StrCat("the layout has no series \"", definition.series(), "\""));
    }
    // A collection of more cells than that is a fault already.
    if (collection_.CellCount() > kMaxCellsOfReturn) return;
    for (const std::string& value : series->values) {
      Cell at_value = cell;
      at_value.dimensions.push_back(DimensionValue{series->dimension, value});
      std::sort(at_value.dimensions.begin(), at_value.dimensions.end());
      if (!cells_.Take(absl::StrCat(path, ".cell"), at_value)) break;  // One fault says it.
    }
    shape->series.push_back(SeriesColumns{definition.series(), cell.item, cell.dimensions,
                                          NoFigureOf(definition.blank()),
                                          FigureKindOf(definition.kind())});
  }

  void AddCheck(const std::string& path, const catalogue::v1::SumCheck& definition,
                std::set<std::string>* sums, RowShape* shape) {
    std::set<std::string> any;
    TakeFigureHeader(absl::StrCat(path, ".header"), definition.header(), &any);
    if (!sums->insert(definition.header()).second) {
      Fault(absl::StrCat(path, ".header"), "is checked already");
    }
    if (definition.terms().empty()) Fault(absl::StrCat(path, ".terms"), "is empty");
    std::set<std::string> terms;
    for (const std::string& term : definition.terms()) {
      if (term == definition.header()) Fault(absl::StrCat(path, ".terms"), "holds the sum itself");
      if (FindSeries(term) == nullptr) {
        TakeFigureHeader(absl::StrCat(path, ".terms"), term, &terms);
      } else if (!terms.insert(term).second) {
        Fault(absl::StrCat(path, ".terms"), absl::StrCat("\"", term, "\" stands twice"));
      }
    }
    CheckRule(path, definition.rule(), definition.severity());
    shape->checks.push_back(SumCheck{definition.header(),
                                     {definition.terms().begin(), definition.terms().end()},
                                     definition.rule(),
                                     SeverityOfCheck(definition.severity())});
  }

  void AddCellWithoutColumn(const std::string& path,
                            const catalogue::v1::CellWithoutColumn& definition) {
    Cell cell = CellAt(definition.cell());
    cells_.TakeWhole(absl::StrCat(path, ".cell"), cell);
    if (definition.null_reason() == common::v1::NULL_REASON_UNSPECIFIED) {
      Fault(absl::StrCat(path, ".null_reason"), "is missing");
    }
    cell.null_reason = static_cast<NullReason>(definition.null_reason());
    made_.cells_without_column.push_back(std::move(cell));
  }

  // One for each value: its header in the first form that gives it.
  static std::vector<std::string> HeadersOf(const ColumnSeries& series) {
    std::vector<std::string> headers;
    for (const std::string& value : series.values) {
      for (const SeriesForm& form : series.forms) {
        const auto numbers = form.value.Match(value);
        if (!numbers.has_value()) continue;
        headers.push_back(form.header.Fill(*numbers));
        break;
      }
    }
    return headers;
  }

  // A header that a form of a series matches could be either column.
  void CheckSeriesHeaders() {
    for (size_t i = 0; i < made_.series.size(); ++i) {
      for (const SeriesForm& form : made_.series[i].forms) {
        const auto check = [&](const std::string& header) {
          if (!form.header.Match(header).has_value()) return;
          Fault(absl::StrCat(path_, ".series[", i, "].forms"),
                absl::StrCat("\"", form.header.ToString(), "\" matches \"", header,
                             "\", which is another column"));
        };
        for (const std::string& header : fixed_headers_) check(header);
        for (const std::string& header : figure_headers_) check(header);
        for (size_t other = 0; other < i; ++other) {
          for (const std::string& header : HeadersOf(made_.series[other])) check(header);
        }
      }
    }
  }

  const catalogue::v1::WideLayout& definition_;
  const std::string path_;
  const Collection& collection_;
  const std::set<std::string>& unknown_items_;
  Error* faults_;
  std::set<std::string> fixed_headers_;  // Those without figures.
  std::set<std::string> figure_headers_;
  std::set<std::string> dimensions_;  // Of the rows.
  std::set<std::string> selected_by_;
  LayoutCells cells_;
  WideLayout made_;
};

}  // namespace

WideLayout BuildWideLayout(const catalogue::v1::WideLayout& definition, const std::string& path,
                           const Collection& collection, const std::set<std::string>& unknown_items,
                           Error* faults) {
  return LayoutBuilder(definition, path, collection, unknown_items, faults).Build();
}

}  // namespace onereturn::ingestion

#include "services/ingestion/domain/wide_row.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/utf8.h"

namespace onereturn::ingestion {
namespace {

constexpr size_t kValuesShown = 10;
constexpr size_t kTextShownBytes = 32;

Finding RowFinding(std::string code, const FileReturnRows& rows, Place place,
                   absl::string_view got) {
  Finding finding;
  finding.code = std::move(code);
  finding.organisation = rows.organisation;
  finding.place = std::move(place);
  finding.got = std::string(got);
  return finding;
}

template <typename Texts>
std::string SomeOf(const Texts& texts) {
  auto end = texts.begin();
  for (size_t i = 0; i < kValuesShown && end != texts.end(); ++i) ++end;
  return absl::StrCat(absl::StrJoin(texts.begin(), end, ", "), end == texts.end() ? "" : ", ...");
}

// Where no figure can be given, it is said in another way in each layout.
std::string WayToGiveNone(const Collection& collection, const WideLayout& layout) {
  if (layout.null_reasons_written) return " Where there is none, write why, such as NOT_COLLECTED.";
  const LayoutSpec* other = collection.FindLongLayout();
  if (other == nullptr) return "";
  return absl::StrCat(" Where there is none, this layout cannot say why: send layout ", other->code,
                      ", with a null_reason.");
}

Finding UnreadableFigure(const FileReturnRows& rows, Place place, absl::string_view text,
                         std::string fault) {
  Finding finding = RowFinding("CELL_VALUE", rows, std::move(place), text);
  finding.message = std::move(fault);
  finding.suggestion = "Write the figure in plain digits; a blank is no zero.";
  return finding;
}

Finding NotBlank(const FileReturnRows& rows, Place place, absl::string_view text,
                 absl::string_view selector) {
  Finding finding = RowFinding("COLUMN_NOT_BLANK", rows, std::move(place), text);
  finding.message = absl::StrCat("Rows ", selector.empty() ? "of this layout" : selector,
                                 " have no figure in \"", finding.place.field, "\".");
  finding.suggestion = "Leave the column blank in these rows, or correct the kind of the row.";
  return finding;
}

// The cell of a figure column in a row at `values`.
Cell CellAt(const FigureUse& use, const std::vector<RowValue>& values) {
  Cell cell = use.cell;
  for (size_t i = 0; i < values.size(); ++i) {
    cell.dimensions[use.row_places[i]].value = values[i].text;
  }
  return cell;
}

// Is there a figure, or should there be one, that cannot be added up?
bool IsDoubtful(const Figure& figure) {
  if (figure.state == Figure::State::kFault) return true;
  return figure.state == Figure::State::kNull &&
         (figure.null_reason == NullReason::kWithheld ||
          figure.null_reason == NullReason::kSuppressedAtSource);
}

void AddCell(Cell cell, Place place, FileReturnRows* rows) {
  rows->cells.push_back(std::move(cell));
  rows->places.push_back(std::move(place));
}

}  // namespace

WideRowReader::WideRowReader(const Collection& collection, const WideLayout& layout)
    : collection_(collection), layout_(layout) {
  for (size_t i = 0; i < layout.shapes.size(); ++i) {
    for (const std::string& text : layout.shapes[i].selected_by) shapes_.emplace(text, i);
  }
  for (const RowDimension& dimension : layout.row_dimensions) {
    std::vector<const DimensionSpec*> lists;
    for (const auto& [code, item] : collection.items) {
      for (const DimensionSpec& spec : item.dimensions) {
        if (spec.code == dimension.dimension) lists.push_back(&spec);
      }
    }
    code_lists_.push_back(std::move(lists));
  }
}

bool WideRowReader::IsCode(size_t dimension, absl::string_view code) const {
  const std::string text(code);
  return std::any_of(code_lists_[dimension].begin(), code_lists_[dimension].end(),
                     [&](const DimensionSpec* list) { return list->Has(text); });
}

RowValue WideRowReader::ReadValue(size_t dimension, absl::string_view text) const {
  const RowDimension& spec = layout_.row_dimensions[dimension];
  if (spec.total.has_value() && text == spec.total->text) {
    return RowValue{RowValue::Kind::kTotal, spec.total->text};
  }
  if (auto found = spec.codes.find(std::string(text)); found != spec.codes.end()) {
    return RowValue{RowValue::Kind::kCode, found->second};
  }
  if (IsCode(dimension, text)) return RowValue{RowValue::Kind::kCode, std::string(text)};
  return RowValue{};
}

Finding WideRowReader::UnknownValue(size_t dimension, absl::string_view text) const {
  const RowDimension& spec = layout_.row_dimensions[dimension];
  Finding finding;
  finding.message = absl::StrCat("\"", CutAtCharacter(text, kTextShownBytes), "\" in \"",
                                 spec.header, "\" is no value of ", spec.dimension, ".");
  if (!spec.codes.empty()) {
    std::vector<std::string> texts;
    for (const auto& [written, code] : spec.codes) texts.push_back(written);
    finding.expected = SomeOf(texts);
  } else if (!code_lists_[dimension].empty()) {
    finding.expected = code_lists_[dimension].front()->Description();
  }
  finding.suggestion = absl::StrCat(
      "Correct the code, or have it added to the collection; the row is left out until then. All "
      "that are valid: onereturn catalogue codes ",
      collection_.code);
  return finding;
}

RowPlace WideRowReader::ReadPlace(const ColumnPlan& plan, uint32_t row,
                                  const std::vector<absl::string_view>& fields,
                                  FileReturnRows* rows) const {
  RowPlace place;
  place.row = row;
  if (!plan.selector_column().has_value()) {
    place.shape = 0;
  } else {
    const size_t column = *plan.selector_column();
    const absl::string_view text = Trimmed(fields[column]);
    if (auto found = shapes_.find(std::string(text)); found != shapes_.end()) {
      place.selector = found->first;
      place.shape = found->second;
    } else {
      Finding finding = RowFinding("ROW_KIND", *rows, plan.PlaceOf(row, column), text);
      finding.message = absl::StrCat("\"", CutAtCharacter(text, kTextShownBytes), "\" in \"",
                                     plan.header(column), "\" is no kind of row of the layout.");
      std::vector<std::string> texts;
      for (const auto& [written, shape] : shapes_) texts.push_back(written);
      finding.expected = SomeOf(texts);
      finding.suggestion = "Correct the kind of the row; the row is left out until then.";
      rows->findings.Add(std::move(finding));
    }
  }
  for (size_t i = 0; i < layout_.row_dimensions.size(); ++i) {
    const size_t column = plan.row_dimension_column(i);
    const absl::string_view text = Trimmed(fields[column]);
    place.values.push_back(ReadValue(i, text));
    if (place.values.back().kind != RowValue::Kind::kUnknown) continue;
    Finding finding = UnknownValue(i, text);
    finding.code = "CELL_DIMENSION";
    const std::string& dimension = layout_.row_dimensions[i].dimension;
    if (const RuleSpec* rule = collection_.RuleOfValues(dimension); rule != nullptr) {
      finding.code = rule->code;
      finding.rule_version = collection_.version;
      finding.message = absl::StrCat(rule->message, " ", finding.message);
      finding.suggestion = rule->suggestion;
    }
    finding.organisation = rows->organisation;
    finding.place = plan.PlaceOf(row, column);
    finding.got = std::string(text);
    rows->findings.Add(std::move(finding));
  }
  return place;
}

RowFigures WideRowReader::ReadFigures(const ColumnPlan& plan, const RowPlace& place,
                                      const std::vector<absl::string_view>& fields,
                                      FileReturnRows* rows) const {
  RowFigures figures;
  figures.Clear(plan.width());
  const ShapePlan& shape = plan.shape(*place.shape);
  const bool kept = !place.IsTotal();
  FigureReading reading;
  reading.style = layout_.numbers;
  reading.null_reasons_written = layout_.null_reasons_written;
  reading.days_in_period = rows->period.DayCount();
  for (const size_t column : plan.figure_columns()) {
    const FigureUse& use = shape.uses[column];
    const absl::string_view text = Trimmed(fields[column]);
    if (use.use == FigureUse::Use::kUnread) continue;
    if (use.use == FigureUse::Use::kNotNamed) {
      if (text.empty()) continue;
      rows->findings.Add(NotBlank(*rows, plan.PlaceOf(place.row, column), text, place.selector));
      continue;
    }
    reading.blank = use.blank;
    reading.kind = use.kind;
    Figure figure = ReadFigure(text, reading);
    const bool is_cell = use.use == FigureUse::Use::kCell;
    if (figure.state == Figure::State::kValue) figures.millionths[column] = figure.value.wide();
    figures.doubtful[column] = IsDoubtful(figure);
    if (figure.state == Figure::State::kFault) {
      Finding finding =
          UnreadableFigure(*rows, plan.PlaceOf(place.row, column), text, std::move(figure.fault));
      finding.suggestion += WayToGiveNone(collection_, layout_);
      if (is_cell && kept) finding.cell = CellAt(use, place.values);
      rows->findings.Add(std::move(finding));
      if (text.empty()) {
        ++rows->blanks;
        if (is_cell && kept) rows->blank_cells.push_back(rows->cells.size());
      }
    }
    if (!is_cell || !kept || figure.state == Figure::State::kAbsent) continue;
    Cell cell = CellAt(use, place.values);
    if (figure.state == Figure::State::kValue) cell.value = figure.value;
    cell.null_reason = figure.null_reason;
    AddCell(std::move(cell), plan.PlaceOf(place.row, column), rows);
  }
  if (!kept) return figures;
  for (const SumPlan& sum : shape.sums) CheckSum(plan, sum, place.row, &figures, rows);
  return figures;
}

void WideRowReader::AddMissingRows(const ColumnPlan& plan, const std::set<std::string>& present,
                                   FileReturnRows* rows) const {
  if (layout_.row_dimensions.size() != 1) return;
  const RowDimension& dimension = layout_.row_dimensions[0];
  const NoFigure& missing = dimension.missing_row;
  const bool is_null = missing.meaning == NoFigure::Meaning::kNull;
  if (!is_null && missing.meaning != NoFigure::Meaning::kZero) return;
  for (const size_t column : plan.figure_columns()) {
    const FigureUse& use = plan.shape(0).uses[column];
    if (use.use != FigureUse::Use::kCell) continue;
    for (const DimensionSpec& spec : collection_.items.at(use.cell.item).dimensions) {
      if (spec.code != dimension.dimension) continue;
      for (const std::string& value : spec.values) {
        if (present.count(value) > 0) continue;
        Cell cell = CellAt(use, {RowValue{RowValue::Kind::kCode, value}});
        if (!is_null) cell.value = Decimal();
        cell.null_reason = missing.reason;
        AddCell(std::move(cell), Place{rows->row, 0, ""}, rows);
      }
    }
  }
}

void WideRowReader::CheckSum(const ColumnPlan& plan, const SumPlan& sum, uint32_t row,
                             RowFigures* figures, FileReturnRows* rows) const {
  if (figures->doubtful[sum.column]) return;
  Int128 expected = 0;
  for (const size_t column : sum.terms) {
    if (figures->doubtful[column]) return;
    expected += figures->millionths[column];
  }
  if (expected == figures->millionths[sum.column]) return;
  figures->doubtful[sum.column] = true;
  const std::string got = MillionthsToString(figures->millionths[sum.column]);
  Finding finding = RowFinding(sum.check->rule, *rows, plan.PlaceOf(row, sum.column), got);
  finding.severity = sum.check->severity;
  finding.rule_version = collection_.version;
  finding.expected = MillionthsToString(expected);
  finding.message =
      absl::StrCat("\"", plan.header(sum.column), "\" says ", got,
                   "; the columns of the row that it sums give ", finding.expected, ".");
  finding.suggestion = "Correct the sum, or the figure that it leaves out or counts twice.";
  rows->findings.Add(std::move(finding));
}

}  // namespace onereturn::ingestion

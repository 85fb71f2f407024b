#include "services/ingestion/domain/return_template.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/csv/csv_writer.h"
#include "common/status/error.h"
#include "services/ingestion/domain/figure.h"

namespace onereturn::ingestion {
namespace {

// The cells of a return by what they are, without their values.
class HeldCells {
 public:
  HeldCells(const Collection& collection, const Period& period, absl::string_view organisation,
            const std::vector<Cell>& held)
      : collection_(collection), period_(period), organisation_(organisation) {
    for (const Cell& cell : held) cells_.emplace(std::tie(cell.item, cell.dimensions), &cell);
  }

  // The value in plain digits, or empty.
  std::string ValueOf(const Cell& cell) const {
    const Cell* held = Find(cell);
    return held != nullptr && held->value.has_value() ? held->value->ToString() : "";
  }

  // The null reason, or empty where there is a value or nothing is known.
  std::string NullReasonOf(const Cell& cell) const {
    const Cell* held = Find(cell);
    if (held != nullptr && held->value.has_value()) return "";
    if (held != nullptr) return std::string(TextOf(held->null_reason));
    return collection_.DoesNotCollect(organisation_, period_, cell.item)
               ? std::string(TextOf(NullReason::kNotCollected))
               : "";
  }

  // The held cells of the item, in order.
  void VisitHeld(const std::string& item,
                 const std::function<bool(const Cell& cell)>& visit) const {
    for (const auto& [key, cell] : cells_) {
      if (cell->item == item) visit(*cell);
    }
  }
  bool Holds(const Cell& cell) const { return Find(cell) != nullptr; }

 private:
  const Cell* Find(const Cell& cell) const {
    auto found = cells_.find(std::tie(cell.item, cell.dimensions));
    return found == cells_.end() ? nullptr : found->second;
  }

  const Collection& collection_;
  const Period& period_;
  const absl::string_view organisation_;
  std::map<std::tuple<const std::string&, const std::vector<DimensionValue>&>, const Cell*> cells_;
};

std::string ValueAt(const Cell& cell, absl::string_view dimension) {
  for (const DimensionValue& value : cell.dimensions) {
    if (value.dimension == dimension) return value.value;
  }
  return "";
}

// A wide layout whose one row an organisation is known without a file.
bool HasPlainRows(const WideLayout& layout) {
  return layout.selector_header.empty() && layout.row_dimensions.empty() && layout.series.empty() &&
         layout.shapes.size() == 1 && layout.period_form != PeriodForm::kWritten;
}

bool CanBeWritten(const LayoutSpec& layout) {
  const WideLayout* wide = std::get_if<WideLayout>(&layout.shape);
  return wide == nullptr || HasPlainRows(*wide);
}

std::string PeriodIn(PeriodForm form, const Period& period) {
  if (form == PeriodForm::kLastDay) return period.end().ToString();
  return form == PeriodForm::kFirstDay ? period.start().ToString() : period.ToString();
}

std::string WriteWide(const WideLayout& layout, const Period& period,
                      absl::string_view organisation, const HeldCells& held) {
  std::vector<std::string> header;
  std::vector<std::string> row;
  if (!layout.organisation_header.empty()) {
    header.push_back(layout.organisation_header);
    row.emplace_back(organisation);
  }
  if (!layout.period_header.empty()) {
    header.push_back(layout.period_header);
    row.push_back(PeriodIn(layout.period_form, period));
  }
  for (const CellColumn& column : layout.shapes[0].columns) {
    const Cell cell{column.item, column.dimensions, std::nullopt};
    header.push_back(column.header);
    // A sum over the period's days is not what such a column holds: the officer gives the average.
    const bool as_written = column.kind == FigureKind::kAsWritten;
    std::string text = as_written ? held.ValueOf(cell) : "";
    if (text.empty() && layout.null_reasons_written) text = held.NullReasonOf(cell);
    row.push_back(std::move(text));
  }
  std::string file;
  CsvWriter writer(&file);
  writer.Row(header);
  writer.Row(row);
  return file;
}

// May the dimension's values be written out? Those of organisations are too many.
bool IsListed(const DimensionSpec& dimension) { return dimension.organisations == nullptr; }

uint64_t BlankRowsOf(const ItemSpec& item) {
  uint64_t rows = 1;
  for (const DimensionSpec& dimension : item.dimensions) {
    if (IsListed(dimension))
      rows *= std::min<uint64_t>(dimension.values.size(), kMostBlankRows + 1);
    rows = std::min(rows, kMostBlankRows + 1);
  }
  return rows;
}

// Each combination of the values that are listed, from dimension `place` on.
void VisitBlanks(const ItemSpec& item, size_t place, Cell* cell,
                 const std::function<void(const Cell& cell)>& visit) {
  if (place == item.dimensions.size()) return visit(*cell);
  const DimensionSpec& dimension = item.dimensions[place];
  if (!IsListed(dimension)) return VisitBlanks(item, place + 1, cell, visit);
  for (const std::string& value : dimension.values) {
    cell->dimensions[place].value = value;
    VisitBlanks(item, place + 1, cell, visit);
  }
}

std::string WriteLong(const LongLayout& layout, const Collection& collection, const Period& period,
                      absl::string_view organisation, const HeldCells& held) {
  std::vector<std::string> header = {"organisation", "period", "item"};
  header.insert(header.end(), layout.dimensions.begin(), layout.dimensions.end());
  header.insert(header.end(), {"value", "null_reason", "explanation"});
  std::string file;
  CsvWriter writer(&file);
  writer.Row(header);
  const auto write = [&](const Cell& cell) {
    std::vector<std::string> row = {std::string(organisation), period.ToString(), cell.item};
    for (const std::string& dimension : layout.dimensions) row.push_back(ValueAt(cell, dimension));
    row.push_back(held.ValueOf(cell));
    row.push_back(held.NullReasonOf(cell));
    row.emplace_back();
    writer.Row(row);
    return true;
  };
  collection.VisitCells(write);
  for (const auto& [code, item] : collection.items) {
    if (!item.IsSparse()) continue;
    held.VisitHeld(code, write);
    // Which others there will be, nobody knows: rows to choose from.
    const bool few = BlankRowsOf(item) <= kMostBlankRows;
    Cell blank{code, {}, std::nullopt};
    for (const DimensionSpec& dimension : item.dimensions) {
      blank.dimensions.push_back(DimensionValue{dimension.code, ""});
    }
    if (!few) {
      write(blank);
      continue;
    }
    VisitBlanks(item, 0, &blank, [&](const Cell& cell) {
      if (!held.Holds(cell)) write(cell);
    });
  }
  return file;
}

}  // namespace

absl::StatusOr<std::string> WriteTemplate(const Collection& collection, const LayoutSpec& layout,
                                          const Period& period, absl::string_view organisation,
                                          const std::vector<Cell>& held) {
  if (!CanBeWritten(layout)) {
    return Error(Reason::kFileLayout,
                 absl::StrCat("layout ", layout.code,
                              " has rows that only a file of figures shows: take a template in the "
                              "collection's long layout"))
        .Field("layout", "no template can be written in it");
  }
  const HeldCells known(collection, period, organisation, held);
  if (const WideLayout* wide = std::get_if<WideLayout>(&layout.shape)) {
    return WriteWide(*wide, period, organisation, known);
  }
  return WriteLong(std::get<LongLayout>(layout.shape), collection, period, organisation, known);
}

const LayoutSpec* LayoutForTemplate(const Collection& collection) {
  auto found = std::find_if(collection.layouts.begin(), collection.layouts.end(), CanBeWritten);
  return found == collection.layouts.end() ? nullptr : &*found;
}

}  // namespace onereturn::ingestion

#include "services/ingestion/domain/wide_file.h"

#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/utf8.h"
#include "common/period/period_formats.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn::ingestion {

WideFileReader::WideFileReader(const Collection& collection, const WideLayout& layout, Taker taker)
    : collection_(collection),
      layout_(layout),
      taker_(std::move(taker)),
      csv_(CsvLimits{}, [this](int64_t row, const std::vector<absl::string_view>& fields) {
        return columns_.empty() ? ReadHeader(fields) : ReadRow(static_cast<uint32_t>(row), fields);
      }) {}

absl::Status WideFileReader::Feed(absl::string_view bytes) { return csv_.Feed(bytes); }

absl::Status WideFileReader::Finish() {
  RETURN_IF_ERROR(csv_.Finish());
  if (columns_.empty()) return Error(Reason::kFileLayout, "the file is empty").With("row", "1");
  if (!layout_.total_label.empty() && !total_seen_) {
    return Error(Reason::kFileTotal,
                 "the layout ends with a total row, and the file has none: is it cut short?");
  }
  if (!period_.has_value()) {
    return Error(Reason::kFileLayout, "the file holds no organisation's row below the header");
  }
  return absl::OkStatus();
}

// Finds each column of the layout by its header, in any order; every fault in one error.
absl::Status WideFileReader::ReadHeader(const std::vector<absl::string_view>& fields) {
  Error faults(Reason::kFileLayout, "the header row does not fit the layout");
  std::map<std::string, const CellColumn*> cells;
  for (const CellColumn& column : layout_.columns) cells.emplace(column.header, &column);
  std::set<std::string> seen;
  for (size_t i = 0; i < fields.size(); ++i) {
    const std::string header(Trimmed(fields[i]));
    Column column;
    if (header == layout_.organisation_header) {
      column.role = Column::Role::kOrganisation;
    } else if (header == layout_.period_header) {
      column.role = Column::Role::kPeriod;
    } else if (auto found = cells.find(header); found != cells.end()) {
      column.role = Column::Role::kCell;
      column.cell = found->second;
    } else if (layout_.ignored_headers.count(header) == 0 && !header.empty()) {
      faults.Field(absl::StrCat("column ", i + 1),
                   absl::StrCat("\"", header, "\" is not a column of the layout"));
    }
    if (column.role != Column::Role::kIgnored && !seen.insert(header).second) {
      faults.Field(absl::StrCat("column ", i + 1), absl::StrCat("\"", header, "\" stands twice"));
    }
    columns_.push_back(column);
  }
  for (const std::string& header : {layout_.organisation_header, layout_.period_header}) {
    if (seen.count(header) == 0)
      faults.Field("header", absl::StrCat("column \"", header, "\" is missing"));
  }
  for (const CellColumn& column : layout_.columns) {
    if (seen.count(column.header) == 0) {
      faults.Field("header", absl::StrCat("column \"", column.header, "\" is missing"));
    }
  }
  sums_.assign(columns_.size(), 0);
  unreadable_.assign(columns_.size(), false);
  if (faults.fields_total() > 0) return faults;
  return absl::OkStatus();
}

absl::Status WideFileReader::ReadRow(uint32_t row, const std::vector<absl::string_view>& fields) {
  if (total_seen_) {
    return Error(Reason::kFileTotal, absl::StrCat("row ", row, " stands below the total row"))
        .With("row", row);
  }
  if (fields.size() != columns_.size()) {
    return Error(Reason::kFileLayout, absl::StrCat("row ", row, " has ", fields.size(),
                                                   " columns, the header ", columns_.size()))
        .With("row", row);
  }
  absl::string_view organisation;
  absl::string_view period_text;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (columns_[i].role == Column::Role::kOrganisation) organisation = Trimmed(fields[i]);
    if (columns_[i].role == Column::Role::kPeriod) period_text = Trimmed(fields[i]);
  }
  // The label fills the period's column too: the total is known before the period is read.
  if (!layout_.total_label.empty() && absl::EqualsIgnoreCase(organisation, layout_.total_label)) {
    return CheckTotal(row, fields);
  }
  ASSIGN_OR_RETURN(Period period, ReadPeriod(row, period_text));
  FileReturnRows rows{std::string(organisation), period, row, {}, {}, {}};
  for (size_t i = 0; i < fields.size(); ++i) {
    if (columns_[i].role == Column::Role::kCell) ReadCell(i, fields[i], &rows);
  }
  return taker_(std::move(rows));
}

void WideFileReader::ReadCell(size_t column, absl::string_view text, FileReturnRows* rows) {
  const CellColumn& target = *columns_[column].cell;
  Place place{rows->row, static_cast<uint32_t>(column + 1), target.header};
  Cell cell;
  cell.item = target.item;
  cell.dimensions = target.dimensions;
  std::optional<std::string> fault =
      ReadCellText(Trimmed(text), layout_.null_reasons_written, &cell);
  if (fault.has_value()) {
    Finding finding;
    finding.code = "CELL_VALUE";
    finding.message = *fault;
    finding.place = place;
    finding.organisation = rows->organisation;
    finding.cell = cell;
    finding.got = std::string(Trimmed(text));
    finding.suggestion = "Write the figure in plain digits; a blank is no zero.";
    rows->findings.Add(std::move(finding));
    if (!Trimmed(text).empty()) unreadable_[column] = true;
  }
  if (cell.value.has_value()) sums_[column] += cell.value->millionths();
  rows->cells.push_back(std::move(cell));
  rows->places.push_back(std::move(place));
}

absl::StatusOr<Period> WideFileReader::ReadPeriod(uint32_t row, absl::string_view text) {
  absl::StatusOr<Period> period = absl::InvalidArgumentError("");
  if (!layout_.period_is_month_name) {
    period = Period::Parse(text);
  } else if (absl::StartsWithIgnoreCase(text, layout_.period_prefix)) {
    period = ParseWrittenPeriod(text);
  } else {
    period =
        absl::InvalidArgumentError(absl::StrCat("it does not begin with ", layout_.period_prefix));
  }
  if (!period.ok()) {
    return Error(Reason::kFilePeriod, absl::StrCat("the period of row ", row,
                                                   " cannot be read: ", period.status().message()))
        .With("row", row);
  }
  if (period->kind() != collection_.period_kind) {
    return Error(Reason::kFilePeriod,
                 absl::StrCat("the period of row ", row, ", ", period->ToString(),
                              ", is not of the collection's kind"))
        .With("row", row);
  }
  if (!period_.has_value()) period_ = *period;
  if (*period_ != *period) {
    return Error(Reason::kFilePeriod,
                 absl::StrCat("row ", row, " is of ", period->ToString(), ", the rows above of ",
                              period_->ToString(), ": send one period a file"))
        .With("row", row);
  }
  return *period;
}

absl::Status WideFileReader::CheckTotal(uint32_t row,
                                        const std::vector<absl::string_view>& fields) {
  total_seen_ = true;
  Error faults(Reason::kFileTotal,
               absl::StrCat("the total in row ", row, " is not the sum of the rows above"));
  faults.With("row", row);
  for (size_t i = 0; i < fields.size(); ++i) {
    if (columns_[i].role != Column::Role::kCell || unreadable_[i]) continue;
    Cell cell;
    std::optional<std::string> fault = ReadCellText(Trimmed(fields[i]), false, &cell);
    if (!fault.has_value() && cell.value->millionths() == sums_[i]) continue;
    faults.Field(absl::StrCat("column ", i + 1, " (", columns_[i].cell->header, ")"),
                 absl::StrCat("the rows sum to ", MillionthsToString(sums_[i]), ", the total says ",
                              CutAtCharacter(Trimmed(fields[i]), 32)));
  }
  if (faults.fields_total() > 0) return faults;
  return absl::OkStatus();
}

}  // namespace onereturn::ingestion

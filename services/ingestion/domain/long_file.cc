#include "services/ingestion/domain/long_file.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/utf8.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn::ingestion {
namespace {

std::optional<FigureStatus> FigureStatusOf(absl::string_view text) {
  if (text == "PROVISIONAL") return FigureStatus::kProvisional;
  if (text == "FINAL") return FigureStatus::kFinal;
  if (text == "ESTIMATED") return FigureStatus::kEstimated;
  return std::nullopt;
}

}  // namespace

LongFileReader::LongFileReader(const Collection& collection, const LongLayout& layout, Taker taker,
                               const GivenWithFile& given)
    : layout_(layout),
      taker_(std::move(taker)),
      given_organisation_(given.organisation),
      period_(collection.period_kind, PeriodForm::kCanonical, "", given.period),
      csv_(CsvLimits{}, [this](int64_t row, const std::vector<absl::string_view>& fields) {
        return columns_.empty() ? ReadHeader(fields) : ReadRow(static_cast<uint32_t>(row), fields);
      }) {}

absl::Status LongFileReader::Feed(absl::string_view bytes) { return csv_.Feed(bytes); }

absl::Status LongFileReader::Finish() {
  RETURN_IF_ERROR(csv_.Finish());
  if (columns_.empty()) return Error(Reason::kFileLayout, "the file is empty").With("row", "1");
  if (!period_.value().has_value()) {
    return Error(Reason::kFileLayout, "the file holds no organisation's row below the header");
  }
  return Deliver();
}

absl::Status LongFileReader::ReadHeader(const std::vector<absl::string_view>& fields) {
  RETURN_IF_ERROR(CheckGivenOrganisation(true, given_organisation_));
  Error faults(Reason::kFileLayout, "the header row does not fit the layout");
  std::set<std::string> known = {"organisation", "period",      "item",
                                 "value",        "null_reason", "status"};
  known.insert(layout_.dimensions.begin(), layout_.dimensions.end());
  for (size_t i = 0; i < fields.size(); ++i) {
    const std::string header(Trimmed(fields[i]));
    if (known.count(header) == 0) {
      faults.Field(absl::StrCat("column ", i + 1),
                   absl::StrCat("\"", header, "\" is not a column of the layout"));
    }
    if (!columns_.emplace(header, i).second) {
      faults.Field(absl::StrCat("column ", i + 1), absl::StrCat("\"", header, "\" stands twice"));
    }
  }
  known.erase("null_reason");
  known.erase("status");
  for (const std::string& header : known) {
    if (columns_.count(header) == 0)
      faults.Field("header", absl::StrCat("column \"", header, "\" is missing"));
  }
  if (faults.fields_total() > 0) return faults;
  return absl::OkStatus();
}

absl::string_view LongFileReader::FieldOf(const std::string& header,
                                          const std::vector<absl::string_view>& fields) const {
  auto found = columns_.find(header);
  return found == columns_.end() ? absl::string_view() : Trimmed(fields[found->second]);
}

absl::Status LongFileReader::ReadRow(uint32_t row, const std::vector<absl::string_view>& fields) {
  if (fields.size() != columns_.size()) {
    return Error(Reason::kFileLayout, absl::StrCat("row ", row, " has ", fields.size(),
                                                   " columns, the header ", columns_.size()))
        .With("row", row);
  }
  RETURN_IF_ERROR(period_.Take(row, FieldOf("period", fields)));
  const std::string organisation(FieldOf("organisation", fields));
  if (current_.has_value() && current_->organisation != organisation) RETURN_IF_ERROR(Deliver());
  if (!current_.has_value()) {
    if (delivered_.count(organisation) > 0) {
      return Error(Reason::kFileRepeatedRow,
                   absl::StrCat("row ", row, ": the rows of ", CutAtCharacter(organisation, 12),
                                " do not stand together: sort the file by organisation"))
          .With("row", row);
    }
    current_ = FileReturnRows{organisation, *period_.value(), row, {}, {}, {}};
  }
  ReadStatus(row, fields);
  if (current_->cells.size() == kMaxCells) {
    return Error(Reason::kTooManyItems, absl::StrCat(CutAtCharacter(organisation, 12),
                                                     " has more than ", kMaxCells, " cells"))
        .With("row", row);
  }
  Cell cell;
  cell.item = std::string(FieldOf("item", fields));
  for (const std::string& dimension : layout_.dimensions) {
    // An item without the dimension leaves its column blank.
    const absl::string_view value = FieldOf(dimension, fields);
    if (!value.empty()) cell.dimensions.push_back(DimensionValue{dimension, std::string(value)});
  }
  std::sort(cell.dimensions.begin(), cell.dimensions.end());
  const absl::string_view value = FieldOf("value", fields);
  const absl::string_view null_reason = FieldOf("null_reason", fields);
  std::optional<std::string> fault =
      value.empty() ? ReadCellText(null_reason, true, &cell) : ReadCellText(value, false, &cell);
  if (!value.empty() && !null_reason.empty()) {
    fault = "A value and a null reason stand in one row.";
    cell.value.reset();
    cell.null_reason = NullReason::kNotCollected;
  }
  Place place{row, static_cast<uint32_t>(columns_.at("value") + 1), "value"};
  if (fault.has_value()) {
    Finding finding;
    finding.code = "CELL_VALUE";
    finding.message = *fault;
    finding.place = place;
    finding.organisation = organisation;
    finding.cell = cell;
    finding.got = std::string(value.empty() ? null_reason : value);
    finding.suggestion =
        "Write the figure in plain digits, or leave it blank and give a null reason.";
    current_->findings.Add(std::move(finding));
  }
  current_->cells.push_back(std::move(cell));
  current_->places.push_back(std::move(place));
  return absl::OkStatus();
}

// The organisation's first row decides; each other must say the same.
void LongFileReader::ReadStatus(uint32_t row, const std::vector<absl::string_view>& fields) {
  const auto column = columns_.find("status");
  if (column == columns_.end()) return;
  const absl::string_view text = Trimmed(fields[column->second]);
  const bool is_first = current_->row == row;
  if (is_first) {
    status_ = std::string(text);
    current_->status = FigureStatusOf(text);
    if (text.empty() || current_->status.has_value()) return;
  } else if (text == status_) {
    return;
  }
  Finding finding;
  finding.code = "ROW_STATUS";
  finding.organisation = current_->organisation;
  finding.place = Place{row, static_cast<uint32_t>(column->second + 1), "status"};
  finding.got = std::string(text);
  finding.expected = is_first ? "PROVISIONAL, FINAL, ESTIMATED" : status_;
  finding.message = is_first ? "The status is none that a return can have."
                             : absl::StrCat("The status is another than in row ", current_->row,
                                            ", the first of ", current_->organisation, ".");
  finding.suggestion = "Give all rows of an organisation one status, or leave it blank in all.";
  current_->findings.Add(std::move(finding));
}

absl::Status LongFileReader::Deliver() {
  if (!current_.has_value()) return absl::OkStatus();
  delivered_.insert(current_->organisation);
  FileReturnRows rows = *std::move(current_);
  current_.reset();
  return taker_(std::move(rows));
}

}  // namespace onereturn::ingestion

#include "services/ingestion/domain/long_file.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/utf8.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn::ingestion {
namespace {

// Columns that a file may be without.
constexpr const char* kOptionalHeaders[] = {"null_reason", "status", "explanation"};

std::string ShownText(absl::string_view organisation) {
  return std::string(CutAtCharacter(organisation, 12));
}

std::optional<FigureStatus> StatusOf(absl::string_view text) {
  if (absl::EqualsIgnoreCase(text, "provisional")) return FigureStatus::kProvisional;
  if (absl::EqualsIgnoreCase(text, "final")) return FigureStatus::kFinal;
  if (absl::EqualsIgnoreCase(text, "estimated")) return FigureStatus::kEstimated;
  return std::nullopt;
}

}  // namespace

LongFileReader::LongFileReader(const Collection& collection, const LongLayout& layout, Taker taker,
                               const GivenWithFile& given)
    : collection_(collection),
      layout_(layout),
      taker_(std::move(taker)),
      given_organisation_(given.organisation),
      mode_(given.mode),
      period_(collection.period_kind, PeriodForm::kCanonical, "", given.period),
      csv_(CsvLimits{}, [this](int64_t row, const std::vector<absl::string_view>& fields) {
        if (IsBlankRow(fields)) return absl::OkStatus();
        return columns_.empty() ? ReadHeader(fields) : ReadRow(static_cast<uint32_t>(row), fields);
      }) {}

absl::Status LongFileReader::Feed(absl::string_view bytes) { return csv_.Feed(bytes); }

absl::Status LongFileReader::Finish() {
  RETURN_IF_ERROR(csv_.Finish());
  if (columns_.empty()) return EmptyFile();
  if (!period_.value().has_value()) return NoRows();
  return Deliver();
}

absl::Status LongFileReader::ReadHeader(const std::vector<absl::string_view>& fields) {
  RETURN_IF_ERROR(CheckGivenOrganisation(true, given_organisation_));
  RETURN_IF_ERROR(CheckSeparator(fields));
  Error faults(Reason::kFileLayout, "the header row does not fit the layout");
  faults.Remedy(kHeaderRemedy);
  std::set<std::string> known = {"organisation", "period", "item", "value"};
  known.insert(std::begin(kOptionalHeaders), std::end(kOptionalHeaders));
  known.insert(layout_.dimensions.begin(), layout_.dimensions.end());
  const size_t width = WidthOfHeader(fields);
  for (size_t i = 0; i < width; ++i) {
    const std::string header(Trimmed(fields[i]));
    if (known.count(header) == 0) {
      faults.Field(absl::StrCat("column ", i + 1),
                   absl::StrCat("\"", header, "\" is not a column of the layout"));
    }
    if (!columns_.emplace(header, i).second) {
      faults.Field(absl::StrCat("column ", i + 1), absl::StrCat("\"", header, "\" stands twice"));
    }
  }
  for (const char* header : kOptionalHeaders) known.erase(header);
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
  RETURN_IF_ERROR(CheckRowWidth(row, fields, columns_.size()));
  RETURN_IF_ERROR(period_.Take(row, FieldOf("period", fields)));
  const std::string organisation(FieldOf("organisation", fields));
  if (current_.has_value() && current_->organisation != organisation) RETURN_IF_ERROR(Deliver());
  if (!current_.has_value()) RETURN_IF_ERROR(BeginOrganisation(row, organisation));
  if (IsLeftBlank(fields)) return absl::OkStatus();
  if (current_->cells.size() == kMaxCells) {
    return Error(Reason::kTooManyItems,
                 absl::StrCat(ShownText(organisation), " has more than ", kMaxCells, " cells"))
        .With("row", row);
  }
  Place place{row, static_cast<uint32_t>(columns_.at("value") + 1), "value"};
  Cell cell = ReadCell(place, fields);
  ReadStatus(row, fields);
  ReadExplanation(row, fields, cell);
  current_->cells.push_back(std::move(cell));
  current_->places.push_back(std::move(place));
  return absl::OkStatus();
}

bool LongFileReader::IsLeftBlank(const std::vector<absl::string_view>& fields) const {
  if (mode_ == SubmitMode::kDelete || !FieldOf("value", fields).empty()) return false;
  for (const char* header : kOptionalHeaders) {
    if (!FieldOf(header, fields).empty()) return false;
  }
  const auto item = collection_.items.find(std::string(FieldOf("item", fields)));
  return item != collection_.items.end() && item->second.IsSparse();
}

absl::Status LongFileReader::BeginOrganisation(uint32_t row, const std::string& organisation) {
  if (delivered_.count(organisation) > 0) {
    return Error(Reason::kFileRepeatedRow,
                 absl::StrCat("row ", row, ": the rows of ", ShownText(organisation),
                              " do not stand together: sort the file by organisation"))
        .With("row", row);
  }
  current_ = FileReturnRows{organisation, *period_.value(), row};
  explanation_bytes_ = 0;
  return absl::OkStatus();
}

Cell LongFileReader::ReadCell(const Place& place, const std::vector<absl::string_view>& fields) {
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
  // What is taken out is named, and its value does not matter.
  if (mode_ == SubmitMode::kDelete && value.empty() && null_reason.empty()) {
    cell.null_reason = NullReason::kNotCollected;
    return cell;
  }
  std::optional<std::string> fault =
      value.empty() ? ReadCellText(null_reason, true, &cell) : ReadCellText(value, false, &cell);
  if (!value.empty() && !null_reason.empty()) {
    fault = "A value and a null reason stand in one row.";
    cell.value.reset();
    cell.null_reason = NullReason::kNotCollected;
  }
  if (fault.has_value()) {
    Finding finding = FaultIn(place.row, "value");
    finding.code = "CELL_VALUE";
    finding.message = *fault;
    finding.cell = cell;
    finding.got = std::string(value.empty() ? null_reason : value);
    finding.suggestion =
        "Write the figure in plain digits, or leave it blank and give a null reason.";
    current_->findings.Add(std::move(finding));
    if (value.empty() && null_reason.empty()) {
      ++current_->blanks;
      current_->blank_cells.push_back(current_->cells.size());
    }
  }
  return cell;
}

void LongFileReader::ReadStatus(uint32_t row, const std::vector<absl::string_view>& fields) {
  const absl::string_view text = FieldOf("status", fields);
  if (text.empty()) return;
  const std::optional<FigureStatus> status = StatusOf(text);
  const bool same = !current_->status.has_value() || current_->status == status;
  if (status.has_value() && same) {
    current_->status = status;
    return;
  }
  Finding finding = FaultIn(row, "status");
  finding.code = "ROW_STATUS";
  finding.message = status.has_value() ? "An organisation's rows are of one status."
                                       : "The status is none that figures have.";
  finding.got = std::string(text);
  finding.expected = "provisional, final or estimated";
  finding.suggestion =
      status.has_value() ? "Give the organisation's rows the same status." : "Write one of these.";
  current_->findings.Add(std::move(finding));
}

void LongFileReader::ReadExplanation(uint32_t row, const std::vector<absl::string_view>& fields,
                                     const Cell& cell) {
  const absl::string_view text = FieldOf("explanation", fields);
  if (text.empty()) return;
  Finding finding = FaultIn(row, "explanation");
  finding.code = "EXPLANATION";
  finding.cell = cell;
  explanation_bytes_ += text.size() + cell.item.size();
  for (const DimensionValue& dimension : cell.dimensions) {
    explanation_bytes_ += dimension.dimension.size() + dimension.value.size();
  }
  if (const std::optional<ExplanationFault> fault = FaultOfExplanation(text); fault.has_value()) {
    if (*fault == ExplanationFault::kPersonalData) finding.code = "PERSONAL_DATA";
    finding.message = absl::StrCat("The explanation ", WordsOf(*fault), ".");
    finding.suggestion = "Say why in plain words, and name nobody.";
  } else if (current_->explanations.size() == kMaxExplanations ||
             explanation_bytes_ > kMaxExplanationsBytes) {
    finding.message = "A return takes 100 explanations, and 32 KiB of them together.";
    finding.suggestion = "Explain what a rule asks about, once for the cells it concerns.";
  } else {
    current_->explanations.push_back({"", cell, std::string(text)});
    return;
  }
  current_->findings.Add(std::move(finding));
}

Finding LongFileReader::FaultIn(uint32_t row, const std::string& header) const {
  Finding finding;
  finding.place = Place{row, static_cast<uint32_t>(columns_.at(header) + 1), header};
  finding.organisation = current_->organisation;
  return finding;
}

absl::Status LongFileReader::Deliver() {
  if (!current_.has_value()) return absl::OkStatus();
  delivered_.insert(current_->organisation);
  if (current_->cells.empty()) {
    current_->findings.Add(EmptyReturn(*current_, FaultIn(current_->row, "value").place));
  }
  TellIfEmpty(FaultIn(current_->row, "value").place, 0, &*current_);
  FileReturnRows rows = *std::move(current_);
  current_.reset();
  return taker_(std::move(rows));
}

}  // namespace onereturn::ingestion

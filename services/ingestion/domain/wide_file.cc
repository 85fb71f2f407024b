#include "services/ingestion/domain/wide_file.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/utf8.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn::ingestion {
namespace {

constexpr size_t kCodeShownBytes = 12;
// Of one organisation: more names of its parents say no more.
constexpr size_t kMostParents = 16;

}  // namespace

WideFileReader::WideFileReader(const Collection& collection, const WideLayout& layout, Taker taker,
                               const GivenWithFile& given)
    : collection_(collection),
      layout_(layout),
      several_rows_(!layout.row_dimensions.empty() || !layout.selector_header.empty()),
      taker_(std::move(taker)),
      given_organisation_(given.organisation),
      given_period_(given.period),
      whole_(given.mode == SubmitMode::kReplace),
      row_reader_(collection, layout),
      period_(collection.period_kind, layout.period_form, layout.period_prefix, given.period),
      totals_(layout),
      csv_(CsvLimits{}, [this](int64_t row, const Fields& fields) {
        if (IsBlankRow(fields)) return absl::OkStatus();
        return plan_.has_value() ? ReadRow(static_cast<uint32_t>(row), fields) : ReadHeader(fields);
      }) {}

absl::Status WideFileReader::Feed(absl::string_view bytes) { return csv_.Feed(bytes); }

absl::Status WideFileReader::Finish() {
  RETURN_IF_ERROR(csv_.Finish());
  if (!plan_.has_value()) return EmptyFile();
  if (!layout_.total_label.empty() && !total_seen_) {
    return Error(Reason::kFileTotal,
                 "the layout ends with a total row, and the file has none: is it cut short?")
        .Remedy("Export the file again, whole and with its total row.");
  }
  if (!period_.value().has_value() && layout_.several_periods && given_period_.has_value()) {
    return Error(Reason::kFilePeriod,
                 absl::StrCat("the file holds no row of ", given_period_->ToString()));
  }
  if (!period_.value().has_value()) return NoRows();
  return Deliver();
}

absl::Status WideFileReader::ReadHeader(const Fields& fields) {
  RETURN_IF_ERROR(
      CheckGivenOrganisation(!layout_.organisation_header.empty(), given_organisation_));
  RETURN_IF_ERROR(CheckSeparator(fields));
  ASSIGN_OR_RETURN(plan_, ColumnPlan::Make(layout_, fields));
  sums_.Clear(plan_->width());
  return absl::OkStatus();
}

absl::Status WideFileReader::ReadRow(uint32_t row, const Fields& fields) {
  if (total_seen_) {
    return Error(Reason::kFileTotal, absl::StrCat("row ", row, " stands below the total row"))
        .With("row", row)
        .Remedy("Move the row above the total, and count it there.");
  }
  RETURN_IF_ERROR(CheckRowWidth(row, fields, plan_->width()));
  const absl::string_view organisation = plan_->organisation_column().has_value()
                                             ? Trimmed(fields[*plan_->organisation_column()])
                                             : absl::string_view(given_organisation_);
  // The label fills the period's column too: the total is known before the period is read.
  if (!layout_.total_label.empty() && absl::EqualsIgnoreCase(organisation, layout_.total_label)) {
    RETURN_IF_ERROR(Deliver());
    return CheckTotal(row, fields);
  }
  ASSIGN_OR_RETURN(const bool taken, TakePeriod(row, fields));
  if (!taken) return absl::OkStatus();
  RETURN_IF_ERROR(BeginRow(row, organisation));
  TakeParents(row, fields);
  const RowPlace place = row_reader_.ReadPlace(*plan_, row, fields, &*current_);
  RowFigures figures;
  if (place.IsKnown()) {
    figures = row_reader_.ReadFigures(*plan_, place, fields, &*current_);
    if (!place.IsTotal()) AddToSums(figures, fields);
    if (place.values.size() == 1) row_values_.insert(place.values[0].text);
  } else {
    // What it would add to the file's total cannot be told.
    sums_.doubtful.assign(plan_->width(), true);
  }
  totals_.Add(*plan_, place, figures, collection_.version, &*current_);
  if (current_->cells.size() > kMaxCellsOfReturn) {
    return Error(Reason::kTooManyItems,
                 absl::StrCat(CutAtCharacter(organisation, kCodeShownBytes), " has more than ",
                              kMaxCellsOfReturn, " cells"))
        .With("row", row);
  }
  return several_rows_ ? absl::OkStatus() : Deliver();
}

absl::StatusOr<bool> WideFileReader::TakePeriod(uint32_t row, const Fields& fields) {
  if (!plan_->period_column().has_value()) {
    RETURN_IF_ERROR(period_.TakeGiven(row));
    return true;
  }
  const absl::string_view text = Trimmed(fields[*plan_->period_column()]);
  if (layout_.several_periods) return period_.Chooses(row, text);
  RETURN_IF_ERROR(period_.Take(row, text));
  return true;
}

// Delivers the organisation before, where this row is another's.
absl::Status WideFileReader::BeginRow(uint32_t row, absl::string_view organisation) {
  if (current_.has_value() && current_->organisation != organisation) RETURN_IF_ERROR(Deliver());
  if (!current_.has_value()) {
    if (several_rows_ && !delivered_.insert(std::string(organisation)).second) {
      return Error(Reason::kFileRepeatedRow,
                   absl::StrCat("row ", row, ": the rows of ",
                                CutAtCharacter(organisation, kCodeShownBytes),
                                " do not stand together: sort the file by \"",
                                layout_.organisation_header, "\""))
          .With("row", row);
    }
    current_ = FileReturnRows{std::string(organisation), *period_.value(), row};
    for (const Cell& cell : layout_.cells_without_column) {
      if (!whole_) break;
      current_->cells.push_back(cell);
      current_->places.push_back(Place{row, 0, ""});
    }
  }
  return absl::OkStatus();
}

void WideFileReader::TakeParents(uint32_t row, const Fields& fields) {
  for (size_t i = 0; i < layout_.parents.size(); ++i) {
    const std::optional<size_t> column = plan_->parent_columns()[i];
    if (!column.has_value()) continue;
    const absl::string_view parent = Trimmed(fields[*column]);
    const std::string& header = layout_.parents[i].header;
    const bool known = std::any_of(
        current_->parents.begin(), current_->parents.end(), [&](const StatedParent& stated) {
          return stated.parent == parent && stated.column.header == header;
        });
    if (parent.empty() || known || current_->parents.size() >= kMostParents) continue;
    current_->parents.push_back(
        {layout_.parents[i], std::string(parent), plan_->PlaceOf(row, *column)});
  }
}

void WideFileReader::AddToSums(const RowFigures& figures, const Fields& fields) {
  for (const size_t column : plan_->figure_columns()) {
    sums_.millionths[column] += figures.millionths[column];
    // A blank is in no total.
    if (figures.doubtful[column] && !Trimmed(fields[column]).empty()) {
      sums_.doubtful[column] = true;
    }
  }
}

absl::Status WideFileReader::Deliver() {
  if (!current_.has_value()) return absl::OkStatus();
  totals_.Finish(*plan_, collection_.version, &*current_);
  TellIfEmpty(Place{current_->row, 0, ""}, whole_ ? layout_.cells_without_column.size() : 0,
              &*current_);
  if (whole_) row_reader_.AddMissingRows(*plan_, row_values_, &*current_);
  row_values_.clear();
  FileReturnRows rows = *std::move(current_);
  current_.reset();
  return taker_(std::move(rows));
}

absl::Status WideFileReader::CheckTotal(uint32_t row, const Fields& fields) {
  total_seen_ = true;
  Error faults(Reason::kFileTotal,
               absl::StrCat("the total in row ", row, " is not the sum of the rows above"));
  faults.With("row", row);
  FigureReading reading;
  reading.style = layout_.numbers;
  for (const size_t column : plan_->figure_columns()) {
    if (sums_.doubtful[column] || !plan_->IsRead(column)) continue;
    const absl::string_view text = Trimmed(fields[column]);
    const Figure figure = ReadFigure(text, reading);
    if (figure.state == Figure::State::kValue && figure.value.wide() == sums_.millionths[column]) {
      continue;
    }
    faults.Field(absl::StrCat("column ", column + 1, " (", plan_->header(column), ")"),
                 absl::StrCat("the rows sum to ", MillionthsToString(sums_.millionths[column]),
                              ", the total says ", CutAtCharacter(text, 32)));
  }
  if (faults.fields_total() > 0) return faults;
  return absl::OkStatus();
}

}  // namespace onereturn::ingestion

#include "services/ingestion/domain/file_period.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/period/period_formats.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn::ingestion {

FilePeriod::FilePeriod(PeriodKind kind, PeriodForm form, std::string prefix,
                       std::optional<Period> given)
    : kind_(kind), form_(form), prefix_(std::move(prefix)), given_(given) {}

absl::StatusOr<Period> FilePeriod::ReadIn(uint32_t row, absl::string_view text) const {
  absl::StatusOr<Period> period = Read(text);
  if (period.ok()) return period;
  return Error(Reason::kFilePeriod, absl::StrCat("the period of row ", row,
                                                 " cannot be read: ", period.status().message()))
      .With("row", row)
      .Remedy("Write the period as the layout has it; `onereturn template` shows how.");
}

absl::StatusOr<bool> FilePeriod::Chooses(uint32_t row, absl::string_view text) {
  if (!given_.has_value()) {
    return Error(Reason::kFilePeriod,
                 "files of the layout hold several periods: name the one whose rows are taken");
  }
  if (value_.has_value() && text == text_) return true;
  if (passed_.has_value() && text == *passed_) return false;
  ASSIGN_OR_RETURN(const Period period, ReadIn(row, text));
  if (period != *given_) {
    passed_ = std::string(text);
    return false;
  }
  RETURN_IF_ERROR(Keep(row, period));
  text_ = std::string(text);
  return true;
}

absl::Status FilePeriod::Take(uint32_t row, absl::string_view text) {
  if (value_.has_value() && text == text_) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Period period, ReadIn(row, text));
  RETURN_IF_ERROR(Keep(row, period));
  text_ = std::string(text);
  return absl::OkStatus();
}

absl::Status FilePeriod::TakeGiven(uint32_t row) {
  if (value_.has_value()) return absl::OkStatus();
  if (!given_.has_value()) {
    return Error(Reason::kFilePeriod,
                 "the layout has no column of the period: name the period that the file is for")
        .Remedy("Say with --period which period the figures are of.");
  }
  return Keep(row, *given_);
}

absl::Status FilePeriod::Keep(uint32_t row, const Period& period) {
  if (period.kind() != kind_) {
    return Error(Reason::kFilePeriod,
                 absl::StrCat("the period of row ", row, ", ", period.ToString(),
                              ", is not of the collection's kind"))
        .With("row", row);
  }
  if (value_.has_value() && *value_ != period) {
    return Error(Reason::kFilePeriod,
                 absl::StrCat("row ", row, " is of ", period.ToString(), ", the rows above of ",
                              value_->ToString(), ": send one period a file"))
        .With("row", row);
  }
  if (given_.has_value() && *given_ != period) {
    return Error(Reason::kFilePeriod,
                 absl::StrCat("row ", row, " is of ", period.ToString(), ", the file was sent for ",
                              given_->ToString(), ": send it for the period that it holds"))
        .With("row", row);
  }
  value_ = period;
  return absl::OkStatus();
}

absl::StatusOr<Period> FilePeriod::Read(absl::string_view text) const {
  if (form_ == PeriodForm::kCanonical) return Period::Parse(text);
  if (form_ == PeriodForm::kWritten) {
    if (!absl::StartsWithIgnoreCase(text, prefix_)) {
      return absl::InvalidArgumentError(absl::StrCat("it does not begin with ", prefix_));
    }
    // The name of the return may hold digits: it is no part of what is read.
    text.remove_prefix(prefix_.size());
    if (!prefix_.empty()) absl::ConsumePrefix(&text, "-");
    return ParseWrittenPeriod(text);
  }
  ASSIGN_OR_RETURN(const Period day, ParseWrittenPeriod(text));
  const bool first = form_ == PeriodForm::kFirstDay;
  if (day.kind() != PeriodKind::kDay) {
    return absl::InvalidArgumentError(
        first ? "it is not a day; write the period's first day, as 2024-06-01 or 01/06/2024"
              : "it is not a day; write the period's last day, as 2024-06-30 or 30/06/2024");
  }
  const std::optional<Period> period = Period::Containing(kind_, day.end());
  if (!period.has_value() || (first ? period->start() : period->end()) != day.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat(day.ToString(), " is not the ", first ? "first" : "last", " day of a period"));
  }
  return *period;
}

}  // namespace onereturn::ingestion

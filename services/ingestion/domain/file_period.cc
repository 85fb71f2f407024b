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

absl::Status FilePeriod::Take(uint32_t row, absl::string_view text) {
  if (value_.has_value() && text == text_) return absl::OkStatus();
  absl::StatusOr<Period> period = Read(text);
  if (!period.ok()) {
    return Error(Reason::kFilePeriod, absl::StrCat("the period of row ", row,
                                                   " cannot be read: ", period.status().message()))
        .With("row", row);
  }
  RETURN_IF_ERROR(Keep(row, *period));
  text_ = std::string(text);
  return absl::OkStatus();
}

absl::Status FilePeriod::TakeGiven(uint32_t row) {
  if (value_.has_value()) return absl::OkStatus();
  if (!given_.has_value()) {
    return Error(Reason::kFilePeriod,
                 "the layout has no column of the period: name the period that the file is for");
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
  if (day.kind() != PeriodKind::kDay) {
    return absl::InvalidArgumentError(
        "it is not a day; write the period's last day, as 2024-06-30 or 30/06/2024");
  }
  const std::optional<Period> period = Period::Containing(kind_, day.end());
  if (!period.has_value() || period->end() != day.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat(day.ToString(), " is not the last day of a period"));
  }
  return *period;
}

}  // namespace onereturn::ingestion

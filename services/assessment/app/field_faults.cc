#include "services/assessment/app/field_faults.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/personal_data.h"
#include "common/base/utf8.h"
#include "common/commit/request_id.h"
#include "common/period/period.h"

namespace onereturn::assessment {
namespace {

constexpr size_t kMinOrganisation = 3;
constexpr size_t kMaxOrganisation = 12;

// Characters of valid UTF-8; bytes of anything else.
size_t CharacterCount(absl::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

bool IsOrganisation(absl::string_view text) {
  return text.size() >= kMinOrganisation && text.size() <= kMaxOrganisation &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

}  // namespace

void FieldFaults::Add(Reason reason, absl::string_view field, absl::string_view words) {
  fields_.Field(field, words);
  mixed_ = mixed_ || (reason_.has_value() && *reason_ != reason);
  reason_ = reason;
}

void FieldFaults::AddAll(const absl::Status& status, absl::string_view path) {
  if (status.ok()) return;
  const ErrorDetails details = DetailsOf(status).value_or(ErrorDetails());
  for (const FieldViolation& violation : details.fields) {
    Add(details.reason, absl::StrCat(path, ".", violation.field), violation.description);
  }
}

void FieldFaults::CheckText(absl::string_view field, absl::string_view text, bool required,
                            size_t most, bool safe) {
  if (text.empty()) {
    if (required) Add(Reason::kMissing, field, "is required");
    return;
  }
  const size_t length = CharacterCount(text);
  if (length > most) {
    Add(Reason::kLength, field, absl::StrCat("has ", length, " characters: at most ", most));
  }
  if (!safe) Add(Reason::kCharset, field, "holds control or invisible characters");
  if (HoldsPersonalData(text)) {
    Add(Reason::kPersonalData, field, "seems to hold an NHS number or a postcode");
  }
}

void FieldFaults::CheckLine(absl::string_view field, absl::string_view text, bool required,
                            size_t most) {
  CheckText(field, text, required, most, IsSafeText(text));
}

void FieldFaults::CheckNarrative(absl::string_view field, absl::string_view text, bool required) {
  CheckText(field, text, required, kMaxNarrative, IsSafeNarrative(text));
}

void FieldFaults::CheckRequestId(absl::string_view text) {
  const std::optional<ErrorDetails> fault = DetailsOf(onereturn::CheckRequestId(text));
  if (!fault.has_value()) return;
  for (const FieldViolation& violation : fault->fields) {
    Add(fault->reason, violation.field, violation.description);
  }
}

void FieldFaults::CheckOrganisation(absl::string_view field, absl::string_view text) {
  if (text.empty()) {
    Add(Reason::kMissing, field, "is required");
  } else if (!IsOrganisation(text)) {
    Add(Reason::kOdsFormat, field, "is not 3 to 12 upper-case letters and digits");
  }
}

void FieldFaults::CheckPeriod(absl::string_view field, absl::string_view text) {
  if (text.empty()) return Add(Reason::kMissing, field, "is required");
  const absl::StatusOr<Period> period = Period::Parse(text);
  if (!period.ok()) Add(Reason::kPeriod, field, period.status().message());
}

void FieldFaults::CheckOutputOnly(absl::string_view field, bool given) {
  if (given) Add(Reason::kOutputOnly, field, "is set by the service alone: leave it empty");
}

absl::Status FieldFaults::ToStatus() const {
  if (empty()) return absl::OkStatus();
  const ErrorDetails details = DetailsOf(fields_.ToStatus()).value_or(ErrorDetails());
  const FieldViolation& first = details.fields.front();
  std::string words = absl::StrCat(first.field, " ", first.description);
  if (details.fields_total > 1) {
    absl::StrAppend(&words, "; ", details.fields_total - 1, " more faults are listed");
  }
  Error error(mixed_ ? Reason::kFieldInvalid : *reason_, words);
  for (const FieldViolation& violation : details.fields) {
    error.Field(violation.field, violation.description);
  }
  return error;
}

}  // namespace onereturn::assessment

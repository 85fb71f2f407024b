#include "services/ingestion/definitions/request_text_checks.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/utf8.h"

namespace onereturn::ingestion {

void CheckText(const std::string& text, absl::string_view field, size_t most, Error* faults) {
  if (text.size() > most) faults->Field(field, absl::StrCat("is longer than ", most, " bytes"));
  if (!IsSafeText(text)) faults->Field(field, "holds a character that cannot be shown");
}

void CheckRequiredText(const std::string& text, absl::string_view field, size_t most,
                       Error* faults) {
  if (absl::StripAsciiWhitespace(text).empty()) faults->Field(field, "is missing");
  CheckText(text, field, most, faults);
}

}  // namespace onereturn::ingestion

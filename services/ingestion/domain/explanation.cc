#include "services/ingestion/domain/explanation.h"

#include "absl/strings/ascii.h"
#include "common/base/personal_data.h"
#include "common/base/utf8.h"

namespace onereturn::ingestion {

std::optional<ExplanationFault> FaultOfExplanation(absl::string_view text) {
  if (absl::StripAsciiWhitespace(text).empty() || text.size() > kMaxExplanationBytes) {
    return ExplanationFault::kLength;
  }
  if (!IsSafeText(text)) return ExplanationFault::kCharset;
  if (HoldsPersonalData(text)) return ExplanationFault::kPersonalData;
  return std::nullopt;
}

absl::string_view WordsOf(ExplanationFault fault) {
  switch (fault) {
    case ExplanationFault::kLength:
      return "must be 1 to 2,000 bytes, and not blanks alone";
    case ExplanationFault::kCharset:
      return "must be plain text on one line";
    case ExplanationFault::kPersonalData:
      return "seems to hold an NHS number or a postcode";
  }
  return "cannot be kept";
}

}  // namespace onereturn::ingestion

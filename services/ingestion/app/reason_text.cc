#include "services/ingestion/app/reason_text.h"

#include "common/base/personal_data.h"
#include "common/base/utf8.h"

namespace onereturn::ingestion {

void CheckReasonText(const std::string& text, absl::string_view field, Error* faults) {
  if (text.size() > kMaxReasonBytes) faults->Field(field, "is longer than 1,000 bytes");
  if (!IsSafeText(text)) faults->Field(field, "holds a character that cannot be shown");
  if (HoldsPersonalData(text)) {
    faults->Field(Reason::kPersonalData, field, "seems to hold an NHS number or a postcode");
  }
}

void CheckReason(const std::string& text, absl::string_view field, Error* faults) {
  if (text.empty()) faults->Field(field, "is missing");
  CheckReasonText(text, field, faults);
}

}  // namespace onereturn::ingestion

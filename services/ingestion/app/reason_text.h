// Why somebody took a step, in words that are kept for ever.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REASON_TEXT_H_
#define ONERETURN_SERVICES_INGESTION_APP_REASON_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "common/status/error.h"

namespace onereturn::ingestion {

inline constexpr size_t kMaxReasonBytes = 1'000;

// Adds what is wrong with the text in `field`: too long, with characters that cannot be shown, or
// with what seems to be personal data (PERSONAL_DATA). An empty one is no fault.
void CheckReasonText(const std::string& text, absl::string_view field, Error* faults);
// The same, and it must be there.
void CheckReason(const std::string& text, absl::string_view field, Error* faults);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REASON_TEXT_H_

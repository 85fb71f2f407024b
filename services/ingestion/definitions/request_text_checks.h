// What a text of a data request must be.
#ifndef ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_TEXT_CHECKS_H_
#define ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_TEXT_CHECKS_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "common/status/error.h"

namespace onereturn::ingestion {

// Adds its faults: longer than `most` bytes, or not to be shown.
void CheckText(const std::string& text, absl::string_view field, size_t most, Error* faults);
// And where it is blank.
void CheckRequiredText(const std::string& text, absl::string_view field, size_t most,
                       Error* faults);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_TEXT_CHECKS_H_

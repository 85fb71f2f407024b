// What makes a definition of the catalogue sound by itself.
#ifndef ONERETURN_SERVICES_INGESTION_DEFINITIONS_DEFINITION_CHECKS_H_
#define ONERETURN_SERVICES_INGESTION_DEFINITIONS_DEFINITION_CHECKS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"

namespace onereturn::ingestion {

enum class CodeStyle {
  kItem,        // Lower-case letters, digits, underscores; at most 64.
  kCollection,  // Letters, digits, hyphens; at most 32.
};

bool IsCode(absl::string_view text, CodeStyle style);
// The rule in words, for a fault.
std::string CodeRule(CodeStyle style);

// DEFINITION_INVALID with every fault found.
absl::Status CheckItem(const catalogue::v1::DataItem& item);
absl::Status CheckOrganisation(const catalogue::v1::Organisation& organisation);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DEFINITIONS_DEFINITION_CHECKS_H_

// What makes sound what an item says for those who ask for its figures: its meaning, its formula,
// who may use it, and what of it is shown.
#ifndef ONERETURN_SERVICES_INGESTION_DEFINITIONS_ITEM_CHECKS_H_
#define ONERETURN_SERVICES_INGESTION_DEFINITIONS_ITEM_CHECKS_H_

#include "absl/strings/string_view.h"
#include "common/status/error.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"

namespace onereturn::ingestion {

// A concept, a measure, a population or a cut-off.
bool IsMeaningCode(absl::string_view text);
inline constexpr char kMeaningCodeRule[] = "must be 1 to 64 lower-case letters, digits and hyphens";

// Adds every fault, as "item.{field}". That what it names is defined is not looked at.
void CheckForRequests(const catalogue::v1::DataItem& item, Error* faults);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DEFINITIONS_ITEM_CHECKS_H_

// The first and last day of a period, from its canonical text.
#ifndef ONERETURN_TOOLS_AUDITOR_PERIOD_DAYS_H_
#define ONERETURN_TOOLS_AUDITOR_PERIOD_DAYS_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"

namespace onereturn::auditor {

// Days as "YYYY-MM-DD", whose bytewise order is that of time.
struct PeriodDays {
  catalogue::v1::PeriodKind kind = catalogue::v1::PERIOD_KIND_UNSPECIFIED;
  std::string first;
  std::string last;
};

// "2025-04", "2025-Q2", "2025-W14", "2025-04-30", "CY2025", "FY2025" (April to March). nullopt for
// anything else.
std::optional<PeriodDays> DaysOf(absl::string_view period);

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_PERIOD_DAYS_H_

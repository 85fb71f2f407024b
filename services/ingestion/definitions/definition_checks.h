// What makes a definition of the catalogue sound by itself.
#ifndef ONERETURN_SERVICES_INGESTION_DEFINITIONS_DEFINITION_CHECKS_H_
#define ONERETURN_SERVICES_INGESTION_DEFINITIONS_DEFINITION_CHECKS_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/period/period.h"
#include "common/status/error.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "onereturn/catalogue/v1/stewardship.pb.h"

namespace onereturn::ingestion {

enum class CodeStyle {
  kItem,        // Lower-case letters, digits, underscores; at most 64.
  kCollection,  // Letters, digits, hyphens; at most 32.
};

bool IsCode(absl::string_view text, CodeStyle style);
// The rule in words, for a fault.
std::string CodeRule(CodeStyle style);
// Of a dimension, or a value of one: 1 to 64 bytes that can be shown.
bool IsDimensionCode(absl::string_view text);

inline constexpr size_t kMaxNameBytes = 200;

// Faults of a name that people read, of a day "YYYY-MM-DD", and of the periods of a definition with
// what its retirement takes. `kind`: which periods are taken; absent: of every kind that can be
// returned.
void CheckName(const std::string& text, absl::string_view field, Error* faults);
void CheckDay(const std::string& text, bool required, absl::string_view field, Error* faults);
void CheckPeriods(const std::string& valid_from_period, const std::string& retired_from_period,
                  const std::string& retirement_reason, std::optional<PeriodKind> kind,
                  absl::string_view path, Error* faults);

// DEFINITION_INVALID with every fault found.
absl::Status CheckItem(const catalogue::v1::DataItem& item);
// Of its first period and its retirement alone: the rest is BuildCollection's.
absl::Status CheckCollectionDates(const catalogue::v1::Collection& collection);
absl::Status CheckGuidance(const catalogue::v1::Guidance& guidance);
absl::Status CheckResponsibility(const catalogue::v1::Responsibility& responsibility);
absl::Status CheckOrganisation(const catalogue::v1::Organisation& organisation);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DEFINITIONS_DEFINITION_CHECKS_H_

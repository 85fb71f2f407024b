// Resource names of the service: "frameworks/{code}", "assessments/a{number}",
// "assessments/a{number}/evidence/{number}".
#ifndef ONERETURN_SERVICES_ASSESSMENT_APP_NAMES_H_
#define ONERETURN_SERVICES_ASSESSMENT_APP_NAMES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace onereturn::assessment {

struct EvidenceId {
  uint64_t assessment = 0;
  uint64_t number = 0;
  friend bool operator==(const EvidenceId&, const EvidenceId&) = default;
};

std::string FrameworkName(absl::string_view code);
std::string AssessmentName(uint64_t number);
std::string EvidenceName(const EvidenceId& id);

// nullopt for anything the functions above do not write.
std::optional<std::string> FrameworkCodeOf(absl::string_view name);
std::optional<uint64_t> AssessmentNumberOf(absl::string_view name);
std::optional<EvidenceId> EvidenceIdOf(absl::string_view name);

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_APP_NAMES_H_

#include "services/assessment/app/names.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace onereturn::assessment {
namespace {

constexpr absl::string_view kFrameworks = "frameworks/";
constexpr absl::string_view kAssessments = "assessments/a";
constexpr absl::string_view kEvidence = "/evidence/";

// A counting number as absl::StrCat writes it: one text a number.
std::optional<uint64_t> NumberOf(absl::string_view text) {
  uint64_t number = 0;
  if (!absl::SimpleAtoi(text, &number) || number == 0 || absl::StrCat(number) != text) {
    return std::nullopt;
  }
  return number;
}

}  // namespace

std::string FrameworkName(absl::string_view code) { return absl::StrCat(kFrameworks, code); }

std::string AssessmentName(uint64_t number) { return absl::StrCat(kAssessments, number); }

std::string EvidenceName(const EvidenceId& id) {
  return absl::StrCat(kAssessments, id.assessment, kEvidence, id.number);
}

std::optional<std::string> FrameworkCodeOf(absl::string_view name) {
  if (!absl::ConsumePrefix(&name, kFrameworks) || name.empty() || absl::StrContains(name, '/')) {
    return std::nullopt;
  }
  return std::string(name);
}

std::optional<uint64_t> AssessmentNumberOf(absl::string_view name) {
  if (!absl::ConsumePrefix(&name, kAssessments)) return std::nullopt;
  return NumberOf(name);
}

std::optional<EvidenceId> EvidenceIdOf(absl::string_view name) {
  if (!absl::ConsumePrefix(&name, kAssessments)) return std::nullopt;
  const size_t place = name.find(kEvidence);
  if (place == absl::string_view::npos) return std::nullopt;
  const std::optional<uint64_t> assessment = NumberOf(name.substr(0, place));
  const std::optional<uint64_t> number = NumberOf(name.substr(place + kEvidence.size()));
  if (!assessment.has_value() || !number.has_value()) return std::nullopt;
  return EvidenceId{*assessment, *number};
}

}  // namespace onereturn::assessment

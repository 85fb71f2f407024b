#include "services/metrics/domain/metric_definition.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/status/error.h"

namespace onereturn::metrics {
namespace {

constexpr size_t kMaxNameBytes = 200;
constexpr size_t kMaxDescriptionBytes = 4'000;
constexpr size_t kMaxUnitBytes = 32;
constexpr uint32_t kMaxFactor = 1'000'000;

bool IsCode(absl::string_view text) {
  if (text.empty() || text.size() > kMaxCodeBytes) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

void CheckTerms(absl::string_view field, const std::vector<Term>& terms, Error* error) {
  if (terms.size() > kMaxTerms) {
    error->Field(field, absl::StrCat("has ", terms.size(), " terms: at most ", kMaxTerms));
    return;
  }
  for (size_t i = 0; i < terms.size(); ++i) {
    const Term& term = terms[i];
    const std::string place = absl::StrCat(field, "[", i, "]");
    if (term.item.empty()) error->Field(absl::StrCat(place, ".item"), "is empty: name a data item");
    if (term.sign != 1 && term.sign != -1) {
      error->Field(absl::StrCat(place, ".sign"), absl::StrCat("is ", term.sign, ": write 1 or -1"));
    }
    std::set<std::string> seen;
    for (const DimensionValue& pair : term.where) {
      if (pair.dimension.empty() || pair.value.empty()) {
        error->Field(absl::StrCat(place, ".where"), "names no dimension or no value");
      } else if (!seen.insert(pair.dimension).second) {
        error->Field(
            absl::StrCat(place, ".where"),
            absl::StrCat("names the dimension ", pair.dimension, " twice: write one term a value"));
      }
    }
  }
}

void CheckCodes(absl::string_view field, const std::vector<std::string>& codes, size_t limit,
                Error* error) {
  if (codes.empty() || codes.size() > limit) {
    error->Field(field, absl::StrCat("has ", codes.size(), " codes: 1 to ", limit));
    return;
  }
  const std::set<std::string> distinct(codes.begin(), codes.end());
  if (distinct.size() != codes.size()) error->Field(field, "names a code twice");
  if (distinct.count("") != 0) error->Field(field, "holds an empty code");
}

void CheckTexts(const MetricDefinition& definition, Error* error) {
  if (!IsCode(definition.code)) {
    error->Field("code", "is not 1 to 64 lower-case letters, digits and underscores");
  }
  if (definition.display_name.empty() || definition.display_name.size() > kMaxNameBytes) {
    error->Field("display_name", absl::StrCat("must have 1 to ", kMaxNameBytes, " bytes"));
  }
  if (definition.description.size() > kMaxDescriptionBytes) {
    error->Field("description", absl::StrCat("has more than ", kMaxDescriptionBytes, " bytes"));
  }
  if (definition.unit.size() > kMaxUnitBytes) {
    error->Field("unit", absl::StrCat("has more than ", kMaxUnitBytes, " bytes"));
  }
  if (definition.collection.empty()) {
    error->Field("collection", "is empty: name the collection whose returns feed the metric");
  }
  if (!definition.eligibility.empty() && definition.eligibility_text.empty()) {
    error->Field("eligibility_text", "is empty: say in words why a provider is left out");
  }
}

}  // namespace

absl::Status ValidateDefinition(const MetricDefinition& definition) {
  Error error(Reason::kDefinitionInvalid, "the metric's definition has faults; each is listed");
  CheckTexts(definition, &error);
  if (definition.direction < Direction::kHigherIsBetter ||
      definition.direction > Direction::kNeutral) {
    error.Field("direction", "is not given: say which way is better, or that neither is");
  }
  if (definition.numerator.empty()) error.Field("numerator", "is empty: name at least one term");
  CheckTerms("numerator", definition.numerator, &error);
  CheckTerms("denominator", definition.denominator, &error);
  CheckTerms("eligibility", definition.eligibility, &error);
  if (definition.pairing.has_value()) {
    CheckCodes("pairing.dimensions", definition.pairing->dimensions, kMaxPairingDimensions, &error);
    CheckCodes("pairing.items", definition.pairing->items, kMaxPairingItems, &error);
  }
  if (definition.factor < 1 || definition.factor > kMaxFactor) {
    error.Field("factor", absl::StrCat("is ", definition.factor, ": write 1 to ", kMaxFactor,
                                       ", 100 for a percentage and 1 for a count"));
  }
  if (definition.display_digits > kMaxDisplayDigits) {
    error.Field("display_digits", absl::StrCat("is above ", kMaxDisplayDigits));
  }
  if (error.fields_total() != 0) return error;
  return absl::OkStatus();
}

}  // namespace onereturn::metrics

#include "services/ingestion/definitions/item_checks.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/expression/expression.h"
#include "common/hierarchy/ods_code.h"
#include "services/ingestion/definitions/definition_checks.h"

namespace onereturn::ingestion {
namespace {

constexpr size_t kMostMeaningBytes = 64;
constexpr uint32_t kMostDisclosure = 1'000'000;

void CheckMeaningCodes(const catalogue::v1::ItemMeaning& meaning, Error* faults) {
  const auto check = [faults](const std::string& code, bool required, absl::string_view field) {
    const std::string path = absl::StrCat("item.meaning.", field);
    if (code.empty()) {
      if (required) faults->Field(path, "is missing");
    } else if (!IsMeaningCode(code)) {
      faults->Field(path, kMeaningCodeRule);
    }
  };
  check(meaning.concept_code(), true, "concept_code");
  check(meaning.measure(), true, "measure");
  check(meaning.population(), false, "population");
  check(meaning.cut_off(), false, "cut_off");
}

void CheckFormula(const catalogue::v1::DataItem& item, Error* faults) {
  if (item.formula().empty()) return;
  const absl::StatusOr<Expression> formula = Expression::Parse(item.formula());
  if (!formula.ok()) {
    faults->Field("item.formula", formula.status().message());
    return;
  }
  const std::vector<std::string>& items = formula->Items();
  if (formula->type() != ExpressionType::kNumber) faults->Field("item.formula", "is no number");
  if (items.empty()) faults->Field("item.formula", "reads no item");
  if (std::find(items.begin(), items.end(), item.code()) != items.end()) {
    faults->Field("item.formula", "reads the item itself");
  }
  if (formula->PriorPeriods() > 0) {
    faults->Field("item.formula",
                  "reads earlier periods: prior and outside_limits are for rules alone");
  }
  if (!formula->Lists().empty()) {
    faults->Field("item.formula", "asks for a list: listed is for rules alone");
  }
}

void CheckReuseRights(const catalogue::v1::DataItem& item, Error* faults) {
  for (int i = 0; i < item.reuse_rights_size(); ++i) {
    const catalogue::v1::ReuseRight& right = item.reuse_rights(i);
    const std::string path = absl::StrCat("item.reuse_rights[", i, "]");
    if (const absl::Status code = CheckOdsCode(right.body()); !right.body().empty() && !code.ok()) {
      faults->Field(absl::StrCat(path, ".body"), code.message());
    }
    std::set<int> purposes;
    for (const int purpose : right.purposes()) {
      const bool known =
          purpose != common::v1::PURPOSE_UNSPECIFIED && common::v1::Purpose_IsValid(purpose);
      if (known && purposes.insert(purpose).second) continue;
      faults->Field(absl::StrCat(path, ".purposes"),
                    known ? "names one twice" : "holds what is none of the closed list");
      break;
    }
    CheckName(right.terms(), absl::StrCat(path, ".terms"), faults);
  }
}

void CheckDisclosure(const catalogue::v1::Disclosure& disclosure, Error* faults) {
  CheckName(disclosure.rule(), "item.disclosure.rule", faults);
  if (disclosure.suppressed_to() > kMostDisclosure) {
    faults->Field("item.disclosure.suppressed_to", "must be at most 1,000,000");
  }
  if (disclosure.rounded_to() > kMostDisclosure) {
    faults->Field("item.disclosure.rounded_to", "must be at most 1,000,000");
  }
}

}  // namespace

bool IsMeaningCode(absl::string_view text) {
  return !text.empty() && text.size() <= kMostMeaningBytes &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isdigit(c) || absl::ascii_islower(c) || c == '-';
         });
}

void CheckForRequests(const catalogue::v1::DataItem& item, Error* faults) {
  if (item.has_meaning()) CheckMeaningCodes(item.meaning(), faults);
  CheckFormula(item, faults);
  if (!item.refines().empty() && item.refines() == item.code()) {
    faults->Field("item.refines", "is the item itself");
  }
  CheckReuseRights(item, faults);
  if (item.has_disclosure()) CheckDisclosure(item.disclosure(), faults);
}

}  // namespace onereturn::ingestion

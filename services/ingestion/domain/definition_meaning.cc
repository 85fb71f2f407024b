#include "services/ingestion/domain/definition_meaning.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace onereturn::ingestion {

std::vector<MeaningFault> FaultsOfNewMeaning(const CodeMeaning& before, const CodeMeaning& after,
                                             bool dated) {
  std::vector<MeaningFault> faults;
  const auto look = [&faults](bool same, const char* field, const std::string& was) {
    if (!same) faults.push_back({field, absl::StrCat("stays as it is: ", was)});
  };
  look(before.concept_text == after.concept_text, "concept_text", before.concept_text);
  look(before.unit == after.unit, "unit", before.unit);
  look(before.additive_over_organisations == after.additive_over_organisations,
       "additive_over_organisations", before.additive_over_organisations ? "true" : "false");
  look(before.additive_over_time == after.additive_over_time, "additive_over_time",
       before.additive_over_time ? "true" : "false");
  look(before.codes.empty() || before.codes == after.codes, "meaning",
       absl::StrJoin(before.codes, ", "));
  for (const auto& [code, values] : before.dimensions) {
    const auto now = after.dimensions.find(code);
    if (now == after.dimensions.end()) {
      faults.push_back({"dimensions", absl::StrCat("lacks \"", code, "\", which it has")});
      continue;
    }
    if (dated) continue;
    for (const std::string& value : values) {
      if (now->second.count(value) > 0) continue;
      faults.push_back(
          {"dimensions", absl::StrCat("\"", code, "\" lacks the value \"", value,
                                      "\", which it has: leave it out from a period on")});
    }
  }
  for (const auto& [code, values] : after.dimensions) {
    if (before.dimensions.count(code) > 0) continue;
    faults.push_back({"dimensions", absl::StrCat("has \"", code, "\", which it has not")});
  }
  return faults;
}

}  // namespace onereturn::ingestion

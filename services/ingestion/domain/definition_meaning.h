// What a code stands for: once figures are held under it, or readers knew it, it stays so.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_DEFINITION_MEANING_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_DEFINITION_MEANING_H_

#include <map>
#include <set>
#include <string>
#include <vector>

namespace onereturn::ingestion {

struct CodeMeaning {
  std::string concept_text;
  std::string unit;
  bool additive_over_organisations = false;
  bool additive_over_time = false;
  std::map<std::string, std::set<std::string>> dimensions;  // The values of each.
  // Of catalogue.v1.ItemMeaning, in its order; empty: none was given.
  std::vector<std::string> codes;
};

struct MeaningFault {
  std::string field;  // Of the item, for instance "unit".
  std::string words;
  friend bool operator==(const MeaningFault&, const MeaningFault&) = default;
};

// In what the new meaning is another. Codes may be given later, and stay as they were given. A
// dimension may get more values; it may lose values where `dated`: the new version is for some
// periods alone, so that earlier ones keep theirs.
std::vector<MeaningFault> FaultsOfNewMeaning(const CodeMeaning& before, const CodeMeaning& after,
                                             bool dated);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_DEFINITION_MEANING_H_

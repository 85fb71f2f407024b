// Finding a definition by words: a stated rule, the same answer every time.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_CATALOGUE_SEARCH_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_CATALOGUE_SEARCH_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace onereturn::ingestion {

// Where a word may stand, the heaviest first.
enum class SearchPlace { kCode, kDisplayName, kConcept, kUnit, kDimensions, kPurpose, kOwner };

struct SearchText {
  SearchPlace place = SearchPlace::kCode;
  std::string text;
};

struct SearchMatch {
  uint32_t weight = 0;
  std::vector<SearchPlace> places;  // In order, each once.
};

// "code", "display_name", "concept", "unit", "dimensions", "purpose", "owner".
absl::string_view NameOf(SearchPlace place);

// Letters and digits that stand together, as they stand, in order: views into the text. Other
// alphabets' letters count as letters.
std::vector<absl::string_view> SplitWords(absl::string_view text);
// The same with ASCII letters in lower case, each word once, where it stands first.
std::vector<std::string> WordsOf(absl::string_view text);

// Every word of the query must stand somewhere, as a word or the beginning of one; else nullopt. A
// word weighs as the heaviest of its places: 8 where the query is the whole code, a word of the
// code or of the display name 6, the concept 3, unit and dimensions 2, purpose and owner 1. Without
// words nothing is found.
std::optional<SearchMatch> MatchWords(absl::string_view query,
                                      const std::vector<SearchText>& texts);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_CATALOGUE_SEARCH_H_

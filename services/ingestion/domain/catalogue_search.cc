#include "services/ingestion/domain/catalogue_search.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace onereturn::ingestion {
namespace {

constexpr uint32_t kWholeCode = 8;

uint32_t WeightOf(SearchPlace place) {
  switch (place) {
    case SearchPlace::kCode:
    case SearchPlace::kDisplayName:
      return 6;
    case SearchPlace::kConcept:
      return 3;
    case SearchPlace::kUnit:
    case SearchPlace::kDimensions:
      return 2;
    default:
      return 1;
  }
}

bool IsWordByte(unsigned char c) { return absl::ascii_isalnum(c) || c >= 0x80; }

// The words of a text, each of its places ready to be looked at.
struct Looked {
  SearchPlace place;
  std::string whole;
  std::vector<std::string> words;
};

}  // namespace

absl::string_view NameOf(SearchPlace place) {
  switch (place) {
    case SearchPlace::kCode:
      return "code";
    case SearchPlace::kDisplayName:
      return "display_name";
    case SearchPlace::kConcept:
      return "concept";
    case SearchPlace::kUnit:
      return "unit";
    case SearchPlace::kDimensions:
      return "dimensions";
    case SearchPlace::kPurpose:
      return "purpose";
    case SearchPlace::kOwner:
      return "owner";
  }
  return "";
}

std::vector<absl::string_view> SplitWords(absl::string_view text) {
  std::vector<absl::string_view> words;
  words.reserve(text.size() / 5);  // Of English; more is as right.
  for (size_t at = 0; at < text.size();) {
    if (!IsWordByte(static_cast<unsigned char>(text[at]))) {
      ++at;
      continue;
    }
    const size_t begin = at;
    while (at < text.size() && IsWordByte(static_cast<unsigned char>(text[at]))) ++at;
    words.push_back(text.substr(begin, at - begin));
  }
  return words;
}

std::vector<std::string> WordsOf(absl::string_view text) {
  std::vector<std::string> words;
  for (const absl::string_view split : SplitWords(text)) {
    std::string word = absl::AsciiStrToLower(split);
    if (std::find(words.begin(), words.end(), word) == words.end()) {
      words.push_back(std::move(word));
    }
  }
  return words;
}

std::optional<SearchMatch> MatchWords(absl::string_view query,
                                      const std::vector<SearchText>& texts) {
  const std::vector<std::string> words = WordsOf(query);
  const std::string whole = absl::AsciiStrToLower(absl::StripAsciiWhitespace(query));
  if (words.empty()) return std::nullopt;
  std::vector<Looked> looked;
  for (const SearchText& text : texts) {
    looked.push_back({text.place, absl::AsciiStrToLower(text.text), WordsOf(text.text)});
  }
  SearchMatch match;
  std::set<SearchPlace> places;
  for (const std::string& word : words) {
    uint32_t best = 0;
    for (const Looked& one : looked) {
      const bool stands = std::any_of(one.words.begin(), one.words.end(), [&](const auto& held) {
        return absl::StartsWith(held, word);
      });
      if (!stands) continue;
      places.insert(one.place);
      const bool whole_code = one.place == SearchPlace::kCode && one.whole == whole;
      best = std::max(best, whole_code ? kWholeCode : WeightOf(one.place));
    }
    if (best == 0) return std::nullopt;
    match.weight += best;
  }
  match.places.assign(places.begin(), places.end());
  return match;
}

}  // namespace onereturn::ingestion

#include "services/ingestion/domain/requests/likeness.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/digest/digest.h"
#include "services/ingestion/domain/requests/word_likeness.h"

namespace onereturn::ingestion {
namespace {

constexpr absl::string_view kDescriptionHeader("onereturn description 1\0", 24);
constexpr uint32_t kMostAlike = 1000;

// As the dimension spells it; nullopt where it is none of its values.
std::optional<std::string> ValueAsHeld(const KnownDimension& dimension, absl::string_view asked,
                                       const KnownCatalogue& catalogue) {
  for (const std::string& value : dimension.values) {
    if (SameText(value, asked)) return value;
  }
  if (!dimension.organisations) return std::nullopt;
  std::string code = absl::AsciiStrToUpper(absl::StripAsciiWhitespace(asked));
  if (catalogue.organisations.count(code) == 0) return std::nullopt;
  return code;
}

// As the item spells it; nullopt where the item lacks it, or one of its values.
std::optional<AskedDimension> DimensionAsHeld(const KnownItem& item, const AskedDimension& asked,
                                              const KnownCatalogue& catalogue) {
  for (const KnownDimension& dimension : item.dimensions) {
    if (!SameText(dimension.code, asked.code)) continue;
    std::set<std::string> values;
    for (const std::string& value : asked.values) {
      const auto found = ValueAsHeld(dimension, value, catalogue);
      if (!found.has_value()) return std::nullopt;
      values.insert(*found);
    }
    return AskedDimension{dimension.code, {values.begin(), values.end()}};
  }
  return std::nullopt;
}

// What a description is that means the item: the item, or a finer view of it.
FoundLikeness SameOrFiner(const DescribedItem& described, const std::string& code,
                          const KnownItem& held, const KnownCatalogue& catalogue) {
  auto dimensions = DimensionsAsHeld(described, held, catalogue);
  if (!dimensions.has_value()) return {LikenessKind::kFiner, code, {}, {}, 0};
  return {LikenessKind::kSame, code, {}, *std::move(dimensions), 0};
}

void CompareTexts(absl::string_view what, absl::string_view held, absl::string_view asked,
                  std::vector<std::string>* differs) {
  if (SameText(held, asked)) return;
  const auto said = [](absl::string_view text) {
    const absl::string_view words = absl::StripAsciiWhitespace(text);
    return words.empty() ? absl::string_view("none") : words;
  };
  differs->push_back(absl::StrCat(what, ": ", said(held), " held, ", said(asked), " asked"));
}

bool HasMeaning(const ItemMeaning& meaning) {
  return !absl::StripAsciiWhitespace(meaning.concept_code).empty() &&
         !absl::StripAsciiWhitespace(meaning.measure).empty();
}

FoundLikeness CompareMeaning(const DescribedItem& described, const std::string& code,
                             const KnownItem& held, const KnownCatalogue& catalogue) {
  if (!held.meaning.has_value()) return {};
  const ItemMeaning& meaning = *held.meaning;
  const ItemMeaning& asked = described.meaning;
  if (!SameText(meaning.concept_code, asked.concept_code) ||
      !SameText(meaning.measure, asked.measure)) {
    return {};
  }
  std::vector<std::string> differs;
  CompareTexts("unit", held.unit, described.unit, &differs);
  CompareTexts("population", meaning.population, asked.population, &differs);
  CompareTexts("cut-off", meaning.cut_off, asked.cut_off, &differs);
  if (differs.empty()) return SameOrFiner(described, code, held, catalogue);
  return {LikenessKind::kConflict, code, std::move(differs), {}, 0};
}

void AppendLength(size_t length, std::string* bytes) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes->push_back(static_cast<char>(length >> shift & 0xFF));
  }
}

std::string PlainText(absl::string_view text) {
  return absl::AsciiStrToLower(absl::StripAsciiWhitespace(text));
}

void AppendPlainText(absl::string_view text, std::string* bytes) {
  AppendLength(text.size(), bytes);
  bytes->append(text.data(), text.size());
}

}  // namespace

std::optional<std::vector<AskedDimension>> DimensionsAsHeld(const DescribedItem& described,
                                                            const KnownItem& item,
                                                            const KnownCatalogue& catalogue) {
  std::vector<AskedDimension> dimensions;
  for (const AskedDimension& asked : described.dimensions) {
    auto dimension = DimensionAsHeld(item, asked, catalogue);
    if (!dimension.has_value()) return std::nullopt;
    dimensions.push_back(*std::move(dimension));
  }
  std::sort(dimensions.begin(), dimensions.end(),
            [](const auto& left, const auto& right) { return left.code < right.code; });
  return dimensions;
}

bool SameText(absl::string_view left, absl::string_view right) {
  return absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(left),
                                absl::StripAsciiWhitespace(right));
}

ItemFinder::ItemFinder(const KnownCatalogue& catalogue, const CivilDay& day)
    : catalogue_(catalogue), reader_(std::make_unique<const WordReader>(catalogue.rules.synonyms)) {
  for (const auto& [code, stretches] : catalogue.items) {
    const KnownItem* const item = ItemOn(stretches, day);
    if (item != nullptr) items_.push_back({code, *item, nullptr});
  }
}

ItemFinder::~ItemFinder() = default;

FoundLikeness ItemFinder::FindByMeaning(const DescribedItem& described) const {
  FoundLikeness best;
  if (!HasMeaning(described.meaning)) return best;
  for (const Candidate& held : items_) {
    FoundLikeness found = CompareMeaning(described, held.code, held.item, catalogue_);
    // The kinds are in order of preference.
    if (found.kind < best.kind) best = std::move(found);
  }
  return best;
}

FoundLikeness ItemFinder::FindByWords(const DescribedItem& described) {
  static const auto* const kUndecided = new std::map<std::string, LikenessDecision>();
  const auto found = catalogue_.likenesses.find(DescriptionKey(described));
  const auto& decisions = found == catalogue_.likenesses.end() ? *kUndecided : found->second;
  const Candidate* same = nullptr;
  uint64_t said = 0;
  for (const Candidate& held : items_) {
    const auto decision = decisions.find(held.code);
    if (decision == decisions.end() || !decision->second.same) continue;
    if (same != nullptr && decision->second.sequence <= said) continue;
    same = &held;
    said = decision->second.sequence;
  }
  if (same != nullptr) return SameOrFiner(described, same->code, same->item, catalogue_);
  return MostAlike(described, decisions);
}

FoundLikeness ItemFinder::MostAlike(const DescribedItem& described,
                                    const std::map<std::string, LikenessDecision>& decisions) {
  const uint32_t from = catalogue_.rules.near_duplicate_from;
  if (from > kMostAlike) return {};
  const ComparedFigure asked(described.display_name, described.definition_text, *reader_);
  // Of equals the first code.
  const Candidate* most_alike = nullptr;
  std::pair<FigureLikeness, bool> greatest;  // And whether it is no derived item.
  for (Candidate& held : items_) {
    if (decisions.count(held.code) > 0) continue;
    if (held.figure == nullptr) {
      held.figure = std::make_unique<const ComparedFigure>(held.item.display_name,
                                                           held.item.definition_text, *reader_);
    }
    const std::pair rank(held.figure->LikenessTo(asked), !held.item.formula.has_value());
    if (rank.first.likeness < from || (most_alike != nullptr && rank <= greatest)) continue;
    most_alike = &held;
    greatest = rank;
  }
  if (most_alike == nullptr) return {};
  return {LikenessKind::kNearDuplicate, most_alike->code, {}, {}, greatest.first.likeness};
}

FoundLikeness ItemFinder::Find(const DescribedItem& described) {
  FoundLikeness found = FindByMeaning(described);
  if (found.kind != LikenessKind::kNone) return found;
  return FindByWords(described);
}

FoundLikeness FindItem(const DescribedItem& described, const KnownCatalogue& catalogue,
                       const CivilDay& day) {
  return ItemFinder(catalogue, day).Find(described);
}

uint32_t LikenessOf(absl::string_view left, absl::string_view right,
                    const std::vector<std::vector<std::string>>& synonyms) {
  const WordReader reader(synonyms);
  return ComparedText(left, reader).LikenessTo(ComparedText(right, reader));
}

std::string DescriptionKey(const DescribedItem& described) {
  std::string bytes(kDescriptionHeader);
  const ItemMeaning& meaning = described.meaning;
  for (const std::string* text :
       {&described.display_name, &described.definition_text, &meaning.concept_code,
        &meaning.measure, &meaning.population, &meaning.cut_off, &described.unit}) {
    AppendPlainText(PlainText(*text), &bytes);
  }
  std::vector<std::pair<std::string, std::set<std::string>>> dimensions;
  for (const AskedDimension& dimension : described.dimensions) {
    std::set<std::string> values;
    for (const std::string& value : dimension.values) values.insert(PlainText(value));
    dimensions.emplace_back(PlainText(dimension.code), std::move(values));
  }
  std::sort(dimensions.begin(), dimensions.end());
  AppendLength(dimensions.size(), &bytes);
  for (const auto& [code, values] : dimensions) {
    AppendPlainText(code, &bytes);
    AppendLength(values.size(), &bytes);
    for (const std::string& value : values) AppendPlainText(value, &bytes);
  }
  return DigestToHex(Sha256(bytes));
}

}  // namespace onereturn::ingestion

// Which item a described line is, rule by rule of docs/collect-once.md.
#include "services/ingestion/domain/requests/likeness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr CivilDay kApril2024{2024, 4, 1};

KnownItem HeldScans() {
  KnownItem item;
  item.display_name = "Scans";
  item.definition_text = "Scans carried out.";
  item.meaning = ItemMeaning{"diagnostic-test", "count", "all-patients", "6-weeks"};
  item.unit = "tests";
  item.dimensions = {{"commissioner", {"NONC"}, true, true}, {"test", {"CT", "MRI"}, false, true}};
  return item;
}

// The same figure in other words.
DescribedItem AskedScans() {
  DescribedItem described;
  described.display_name = "Imaging";
  described.meaning = {"diagnostic-test", "count", "all-patients", "6-weeks"};
  described.unit = "tests";
  described.definition_text = "Whatever was looked at.";
  return described;
}

KnownCatalogue CatalogueOfScans() {
  KnownCatalogue catalogue;
  catalogue.items["scans"] = {HeldScans()};
  catalogue.organisations["QRL"] = {};
  return catalogue;
}

TEST(LikenessTest, EqualMeaningIsTheItemWhateverItsWords) {
  const FoundLikeness found = FindItem(AskedScans(), CatalogueOfScans(), kApril2024);
  EXPECT_EQ(found.kind, LikenessKind::kSame);
  EXPECT_EQ(found.item, "scans");
  EXPECT_THAT(found.differs, IsEmpty());
  EXPECT_THAT(found.dimensions, IsEmpty());
  EXPECT_EQ(found.likeness, 0u);
}

TEST(LikenessTest, CaseAndBlanksAroundDoNotMatterAndDimensionsAreSpeltAsHeld) {
  DescribedItem described = AskedScans();
  described.meaning = {" Diagnostic-Test", "COUNT", "all-patients ", "6-Weeks"};
  described.unit = "Tests\n";
  described.dimensions = {{"TEST", {"mri", " ct", "MRI"}}, {"commissioner", {"qrl", "nonc"}}};
  const FoundLikeness found = FindItem(described, CatalogueOfScans(), kApril2024);
  EXPECT_EQ(found.kind, LikenessKind::kSame);
  EXPECT_THAT(found.dimensions, ElementsAre(AskedDimension{"commissioner", {"NONC", "QRL"}},
                                            AskedDimension{"test", {"CT", "MRI"}}));
}

TEST(LikenessTest, MoreDimensionsOrValuesAreAFinerView) {
  const auto kind_with = [](std::vector<AskedDimension> dimensions) {
    DescribedItem described = AskedScans();
    described.dimensions = std::move(dimensions);
    return FindItem(described, CatalogueOfScans(), kApril2024).kind;
  };
  EXPECT_EQ(kind_with({{"test", {}}}), LikenessKind::kSame);
  EXPECT_EQ(kind_with({{"test", {"CT"}}}), LikenessKind::kSame);
  EXPECT_EQ(kind_with({{"test", {"CT", "DEXA"}}}), LikenessKind::kFiner);
  EXPECT_EQ(kind_with({{"age", {}}}), LikenessKind::kFiner);
  EXPECT_EQ(kind_with({{"test", {}}, {"age", {}}}), LikenessKind::kFiner);
  // An organisation that nobody knows; an organisation where values are none.
  EXPECT_EQ(kind_with({{"commissioner", {"QQQ"}}}), LikenessKind::kFiner);
  EXPECT_EQ(kind_with({{"test", {"QRL"}}}), LikenessKind::kFiner);
}

TEST(LikenessTest, AConflictSaysWhatDiffers) {
  DescribedItem described = AskedScans();
  described.unit = "patients";
  described.meaning.population = "adults";
  described.meaning.cut_off = "";
  described.dimensions = {{"age", {}}};  // Finer as well: the conflict counts.
  const FoundLikeness found = FindItem(described, CatalogueOfScans(), kApril2024);
  EXPECT_EQ(found.kind, LikenessKind::kConflict);
  EXPECT_EQ(found.item, "scans");
  EXPECT_THAT(found.differs, ElementsAre("unit: tests held, patients asked",
                                         "population: all-patients held, adults asked",
                                         "cut-off: 6-weeks held, none asked"));
}

TEST(LikenessTest, EachDifferenceAloneIsAConflict) {
  const auto differs_with = [](auto change) {
    DescribedItem described = AskedScans();
    change(&described);
    return FindItem(described, CatalogueOfScans(), kApril2024).differs;
  };
  EXPECT_THAT(differs_with([](auto* d) { d->unit = ""; }),
              ElementsAre("unit: tests held, none asked"));
  EXPECT_THAT(differs_with([](auto* d) { d->meaning.population = " Adults "; }),
              ElementsAre("population: all-patients held, Adults asked"));
  EXPECT_THAT(differs_with([](auto* d) { d->meaning.cut_off = "13-weeks"; }),
              ElementsAre("cut-off: 6-weeks held, 13-weeks asked"));
}

TEST(LikenessTest, AnotherConceptOrMeasureOrNoneIsNoMatter) {
  const auto kind_with = [](ItemMeaning meaning) {
    DescribedItem described = AskedScans();
    described.meaning = std::move(meaning);
    return FindItem(described, CatalogueOfScans(), kApril2024).kind;
  };
  EXPECT_EQ(kind_with({"referral", "count", "all-patients", "6-weeks"}), LikenessKind::kNone);
  EXPECT_EQ(kind_with({"diagnostic-test", "waiting", "all-patients", "6-weeks"}),
            LikenessKind::kNone);
  EXPECT_EQ(kind_with({"", "", "all-patients", "6-weeks"}), LikenessKind::kNone);
  // Two without a meaning do not mean the same.
  KnownCatalogue catalogue = CatalogueOfScans();
  catalogue.items["scans"][0].meaning = ItemMeaning{};
  DescribedItem described = AskedScans();
  described.meaning = {};
  EXPECT_EQ(FindItem(described, catalogue, kApril2024).kind, LikenessKind::kNone);
  catalogue.items["scans"][0].meaning = std::nullopt;
  EXPECT_EQ(FindItem(described, catalogue, kApril2024).kind, LikenessKind::kNone);
  EXPECT_EQ(FindItem(described, KnownCatalogue{}, kApril2024).kind, LikenessKind::kNone);
}

// In the catalogue by code: a conflict, a near duplicate by words, finer, the same twice. Each goes
// as long as those before it in preference are there.
TEST(LikenessTest, TheSameBeforeFinerBeforeAConflictBeforeWords) {
  KnownCatalogue catalogue;
  catalogue.rules.near_duplicate_from = 1000;
  catalogue.items["a_conflict"] = {HeldScans()};
  catalogue.items["a_conflict"][0].meaning->cut_off = "13-weeks";
  catalogue.items["b_words"] = {KnownItem{}};
  catalogue.items["b_words"][0].display_name = "Imaging, whatever was looked at";
  catalogue.items["c_finer"] = {HeldScans()};
  catalogue.items["c_finer"][0].dimensions.pop_back();
  catalogue.items["d_same"] = {HeldScans()};
  catalogue.items["e_same"] = {HeldScans()};
  DescribedItem described = AskedScans();
  described.dimensions = {{"test", {"CT"}}};
  const auto find_and_remove = [&] {
    const FoundLikeness found = FindItem(described, catalogue, kApril2024);
    catalogue.items.erase(found.item);
    return std::pair(found.kind, found.item);
  };
  EXPECT_EQ(find_and_remove(), std::pair(LikenessKind::kSame, std::string("d_same")));
  EXPECT_EQ(find_and_remove(), std::pair(LikenessKind::kSame, std::string("e_same")));
  EXPECT_EQ(find_and_remove(), std::pair(LikenessKind::kFiner, std::string("c_finer")));
  EXPECT_EQ(find_and_remove(), std::pair(LikenessKind::kConflict, std::string("a_conflict")));
  EXPECT_EQ(find_and_remove(), std::pair(LikenessKind::kNearDuplicate, std::string("b_words")));
  EXPECT_EQ(find_and_remove(), std::pair(LikenessKind::kNone, std::string()));
}

TEST(LikenessTest, AnItemIsAsItIsOnTheDay) {
  KnownCatalogue catalogue;
  KnownItem from_2022 = HeldScans(), from_2024 = HeldScans();
  from_2022.days = {CivilDay{2022, 4, 1}, CivilDay{2024, 4, 1}};
  from_2022.meaning->cut_off = "13-weeks";
  from_2024.days = {CivilDay{2024, 4, 1}, CivilDay{2026, 4, 1}};
  catalogue.items["scans"] = {from_2022, from_2024};
  const auto kind_on = [&](CivilDay day) { return FindItem(AskedScans(), catalogue, day).kind; };
  EXPECT_EQ(kind_on({2022, 3, 31}), LikenessKind::kNone);
  EXPECT_EQ(kind_on({2024, 3, 31}), LikenessKind::kConflict);
  EXPECT_EQ(kind_on({2024, 4, 1}), LikenessKind::kSame);
  EXPECT_EQ(kind_on({2026, 4, 1}), LikenessKind::kNone);
}

// "mri scans done" with "MRI scans": 736 (word_likeness_test.cc); with "MRI scans planned": 2 of 4
// words; of 12 and 15 trigrams the 8 of "mri scans ": 16/27 = 592.
KnownCatalogue CatalogueOfWords(uint32_t near_duplicate_from) {
  KnownCatalogue catalogue;
  catalogue.rules.near_duplicate_from = near_duplicate_from;
  for (const char* code : {"planned", "scans_one", "scans_two"}) {
    catalogue.items[code] = {KnownItem{}};
    catalogue.items[code][0].display_name = "MRI";
    catalogue.items[code][0].definition_text = "Scans";
  }
  catalogue.items["planned"][0].definition_text = "Scans planned";
  return catalogue;
}

DescribedItem AskedWords() {
  DescribedItem described;
  described.display_name = "MRI scans";
  described.definition_text = "done";
  described.dimensions = {{"age", {"adult"}}};
  return described;
}

TEST(LikenessTest, TheMostAlikeByWordsIsANearDuplicateFromTheThresholdOn) {
  const FoundLikeness found = FindItem(AskedWords(), CatalogueOfWords(736), kApril2024);
  EXPECT_EQ(found.kind, LikenessKind::kNearDuplicate);
  EXPECT_EQ(found.item, "scans_one");  // The first code of equals.
  EXPECT_EQ(found.likeness, 736u);
  const FoundLikeness none = FindItem(AskedWords(), CatalogueOfWords(737), kApril2024);
  EXPECT_EQ(none.kind, LikenessKind::kNone);
  EXPECT_EQ(none.item, "");
  EXPECT_EQ(none.likeness, 0u);
  DescribedItem equal = AskedWords();
  equal.definition_text = "";
  EXPECT_EQ(FindItem(equal, CatalogueOfWords(1000), kApril2024).likeness, 1000u);
  EXPECT_EQ(FindItem(equal, CatalogueOfWords(1001), kApril2024).kind, LikenessKind::kNone);
}

// All are like the description by 1000, by their names or by all words.
TEST(LikenessTest, OfEquallyAlikeItemsTheNameThenTheTextThenTheItemThenTheCodeCounts) {
  KnownCatalogue catalogue;
  catalogue.rules.near_duplicate_from = 1000;
  const auto add = [&](const char* code, const char* name, const char* text) -> KnownItem& {
    KnownItem& item = catalogue.items[code].emplace_back();
    item.display_name = name;
    item.definition_text = text;
    return item;
  };
  // Of names 1 of 3, of all words 1000.
  add("a_derived", "Beds", "not open").formula = Expression::Parse("sum(x)").value();
  add("b_item", "Beds", "not open");
  add("c_item", "Beds", "not open");
  // Of names 1000, of all words 3 of 4; then 1000; then the very name.
  add("d_words", "Not: beds open", "shut");
  add("e_text", "Open beds, not", "open");
  add("f_name", "Beds not open", "shut");
  DescribedItem described;
  described.display_name = " beds not OPEN";
  const auto find_and_remove = [&] {
    const FoundLikeness found = FindItem(described, catalogue, kApril2024);
    EXPECT_EQ(found.likeness, 1000u);
    catalogue.items.erase(found.item);
    return found.item;
  };
  for (const char* code : {"f_name", "e_text", "d_words", "b_item", "c_item", "a_derived"}) {
    EXPECT_EQ(find_and_remove(), code);
  }
}

TEST(LikenessTest, WhatWasDecidedToBeDifferentIsNoConcernAnyMore) {
  KnownCatalogue catalogue = CatalogueOfWords(500);
  auto& decisions = catalogue.likenesses[DescriptionKey(AskedWords())];
  decisions["scans_one"].same = false;
  EXPECT_EQ(FindItem(AskedWords(), catalogue, kApril2024).item, "scans_two");
  decisions["scans_two"].same = false;
  const FoundLikeness planned = FindItem(AskedWords(), catalogue, kApril2024);
  EXPECT_EQ(planned.item, "planned");
  EXPECT_EQ(planned.likeness, 592u);
  decisions["planned"].same = false;
  EXPECT_EQ(FindItem(AskedWords(), catalogue, kApril2024).kind, LikenessKind::kNone);
  // Of another description nothing is decided.
  DescribedItem other = AskedWords();
  other.unit = "scans";
  EXPECT_EQ(FindItem(other, catalogue, kApril2024).item, "scans_one");
}

TEST(LikenessTest, OfSeveralThatAreTheSameTheOneSaidLastIs) {
  KnownCatalogue catalogue = CatalogueOfWords(500);
  auto& decisions = catalogue.likenesses[DescriptionKey(AskedWords())];
  for (const char* last : {"planned", "scans_one", "scans_two"}) {
    for (const char* code : {"planned", "scans_one", "scans_two"}) decisions[code] = {true, 7};
    decisions[last].sequence = 8;
    EXPECT_EQ(FindItem(AskedWords(), catalogue, kApril2024).item, last);
  }
  // "Different" that was said later makes nothing of what another is.
  decisions["scans_two"] = {false, 9};
  EXPECT_EQ(FindItem(AskedWords(), catalogue, kApril2024).item, "planned");
}

TEST(LikenessTest, WhatWasDecidedToBeTheSameIsTheItemHoweverAlike) {
  KnownCatalogue catalogue = CatalogueOfWords(1001);
  catalogue.items["planned"][0].dimensions = {{"Age", {"Adult", "child"}, false, true}};
  catalogue.likenesses[DescriptionKey(AskedWords())]["planned"].same = true;
  const FoundLikeness found = FindItem(AskedWords(), catalogue, kApril2024);
  EXPECT_EQ(found.kind, LikenessKind::kSame);
  EXPECT_EQ(found.item, "planned");
  EXPECT_THAT(found.dimensions, ElementsAre(AskedDimension{"Age", {"Adult"}}));
  // Of an item that lacks them it is a finer view.
  catalogue.items["planned"][0].dimensions.clear();
  EXPECT_EQ(FindItem(AskedWords(), catalogue, kApril2024).kind, LikenessKind::kFiner);
  // An item that is no more is none.
  catalogue.items["planned"][0].days.before = CivilDay{2024, 4, 1};
  EXPECT_EQ(FindItem(AskedWords(), catalogue, kApril2024).kind, LikenessKind::kNone);
}

}  // namespace
}  // namespace onereturn::ingestion

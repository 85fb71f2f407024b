// Likeness by words, worked by hand: of words Jaccard, of trigrams Dice, the larger of both.
#include "services/ingestion/domain/requests/word_likeness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "services/ingestion/domain/requests/likeness.h"

namespace onereturn::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::vector<std::vector<std::string>> kEmergencySynonyms = {
    {"accident and emergency", "a&e", "ed", "emergency department"},
    {"ward", "bed base"},
    {"bed", "beds"},
};

TEST(WordLikenessTest, WordsOnceWithoutLettersAndStopWords) {
  const WordReader reader({});
  EXPECT_THAT(reader.Read("the beds of a ward, and the beds at its end (type 1, x)").in_order,
              ElementsAre("beds", "ward", "its", "end", "type", "1"));
  EXPECT_THAT(reader.Read("not less than no beds").in_order,
              ElementsAre("not", "less", "than", "no", "beds"));
  EXPECT_THAT(reader.Read("\xc3\xa9 caf\xc3\xa9 \xe2\x82\xac").in_order,
              ElementsAre("caf\xc3\xa9"));
  EXPECT_THAT(reader.Read("a of the").in_order, IsEmpty());
  EXPECT_THAT(reader.Read("\x80 \xff\xfe").in_order, ElementsAre("\xff\xfe"));
}

TEST(WordLikenessTest, ASynonymIsOneWord) {
  const WordReader reader(kEmergencySynonyms);
  EXPECT_THAT(reader.Read("attendances in a&e, an ed, and the emergency department").in_order,
              ElementsAre("attendances", "accident and emergency"));
  EXPECT_THAT(reader.Read("emergency admissions by accident").in_order,
              ElementsAre("emergency", "admissions", "accident"));
  // The longest that begins at the word.
  EXPECT_THAT(reader.Read("beds of the bed base, bed").in_order, ElementsAre("bed", "ward"));
  // Not across what is left at the end.
  EXPECT_THAT(reader.Read("accident and").in_order, ElementsAre("accident"));
}

TEST(WordLikenessTest, SynonymsAreReadAsTheFirstOfTheFirstList) {
  EXPECT_THAT(
      WordReader({{"A & E", "ed"}, {"casualty", "ed"}}).Read("the ed, casualty, a e").in_order,
      ElementsAre("a e", "casualty"));
  EXPECT_THAT(WordReader({{}, {"", "beds"}, {"beds", " . "}}).Read("beds").in_order,
              ElementsAre("beds"));
}

struct LikePair {
  absl::string_view left;
  absl::string_view right;
  uint32_t likeness;
};

TEST(WordLikenessTest, TheLargerShareOfWordsAndOfTrigrams) {
  const LikePair pairs[] = {
      // Words: 2 of 4. Trigrams: the 7 of "bed days ", of 15 and 16: 14/31 = 451.
      {"bed days occupied", "bed days available", 500},
      // Words: 0 of 4. Trigrams: occ ccu cup bed "ed ", of 11 and 11: 10/22 = 454.5.
      {"occupied beds", "bed occupancy", 454},
      // Words: 1 of 3. Trigrams: 3 of 4 and 4: 6/8.
      {"type 1", "type 2", 750},
      // Words: all, in another order.
      {"waiting list", "List, waiting", 1000},
      // Words: 1 of 3. Trigrams: wai ait its "ts ", of the 10 of "waits cancer" and of the 10 of
      // "waits autism": 8/20.
      {"waits for cancer", "waits for autism", 400},
      // Words: 2 of 3, 666.6. Trigrams: the 7 of "mri scans", all of them in the 12 of "mri scans
      // done": 14/19 = 736.8.
      {"MRI scans", "MRI scans done", 736},
      {"beds", "nurses", 0},
      {"", "beds", 0},
      {"of the", "at an", 0},
      {"of the", " OF THE ", 1000},
      {"", "", 1000},
      // Too short for trigrams.
      {"mr", "MR", 1000},
      {"mr", "mri", 0},
  };
  for (const LikePair& pair : pairs) {
    SCOPED_TRACE(pair.left);
    EXPECT_EQ(LikenessOf(pair.left, pair.right, {}), pair.likeness);
    EXPECT_EQ(LikenessOf(pair.right, pair.left, {}), pair.likeness);
  }
}

TEST(WordLikenessTest, SynonymsCountAsEqual) {
  EXPECT_EQ(LikenessOf("A&E attendances", "ED attendances", kEmergencySynonyms), 1000u);
  EXPECT_EQ(
      LikenessOf("Accident and Emergency attendances", "attendances at an A&E", kEmergencySynonyms),
      1000u);
  // Without them: "attendances" has 9 trigrams, all of them in the 12 of "ed attendances": 18/21.
  EXPECT_EQ(LikenessOf("A&E attendances", "ED attendances", {}), 857u);
  // Read as "a e", though of letters alone, it is a word: 1 of 3; 7 trigrams (" cl" to "res") of
  // the 10 of "a e closures" and the 11 of "ward closures": 14/21.
  EXPECT_EQ(LikenessOf("ED closures", "ward closures", {{"A&E", "ED"}}), 666u);
}

FigureLikeness LikenessOfFigures(std::pair<const char*, const char*> left,
                                 std::pair<const char*, const char*> right) {
  const WordReader reader(kEmergencySynonyms);
  const ComparedFigure one(left.first, left.second, reader);
  const ComparedFigure other(right.first, right.second, reader);
  const FigureLikeness likeness = one.LikenessTo(other);
  EXPECT_EQ(likeness, other.LikenessTo(one));
  return likeness;
}

TEST(WordLikenessTest, OfFiguresItIsTheLargerOfNamesAndOfAllWords) {
  // Names: equal after synonyms. All words: 2 of 5. Trigrams: the 32 of "accident and emergency
  // attendances" and "es ", of 42 and 42: 66/84 = 785.7.
  EXPECT_EQ(LikenessOfFigures({"A&E attendances", "by ethnicity"}, {"ED attendances", "age group"}),
            (FigureLikeness{1000, false, 1000, 785}));
  // Names: 2 of 3; of these trigrams do not count, which would be 736. All words: 2 of 5. Trigrams:
  // the 7 of "mri scans" and "ns ", of 12 and 16: 16/28 = 571.4.
  EXPECT_EQ(LikenessOfFigures({"MRI scans", "here"}, {"MRI scans done", "yet"}),
            (FigureLikeness{666, false, 666, 571}));
  // All words alone.
  EXPECT_EQ(LikenessOfFigures({"Occupancy", "beds"}, {"Bed", "occupancy"}),
            (FigureLikeness{1000, false, 0, 1000}));
  // The same name, without words that are compared and with.
  EXPECT_EQ(LikenessOfFigures({" Of the", "beds"}, {"of THE ", "nurses"}),
            (FigureLikeness{0, true, 0, 0}));
  EXPECT_EQ(LikenessOfFigures({" BEDS", ""}, {"beds ", ""}),
            (FigureLikeness{1000, true, 1000, 1000}));
}

}  // namespace
}  // namespace onereturn::ingestion

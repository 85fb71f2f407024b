// Likeness of any two texts, against sets of words and trigrams taken the plain way.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/ingestion/domain/requests/likeness.h"
#include "services/ingestion/domain/requests/word_likeness.h"

namespace onereturn::ingestion {
namespace {

// Short words of few letters, so that texts have something in common; at times any bytes.
std::string AnyText(std::mt19937* random) {
  static constexpr absl::string_view kLetters = "aBc0 \xc3\xa9- dEd";
  std::string text;
  const size_t length = (*random)() % 40;
  const bool any_bytes = (*random)() % 4 == 0;
  for (size_t i = 0; i < length; ++i) {
    const uint32_t drawn = (*random)();
    text.push_back(any_bytes ? static_cast<char>(drawn) : kLetters[drawn % kLetters.size()]);
  }
  return text;
}

// Of texts of letters a to e and blanks alone: no stop words, no synonyms.
uint32_t NaiveLikeness(const std::string& left, const std::string& right) {
  struct Sets {
    std::set<std::string> words;
    std::set<std::string> trigrams;
  };
  const auto sets_of = [](const std::string& text) {
    Sets sets;
    std::string joined;
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = std::min(text.find(' ', begin), text.size());
      const std::string word = text.substr(begin, end - begin);
      if (word.size() > 1 && sets.words.insert(word).second) {
        absl::StrAppend(&joined, joined.empty() ? "" : " ", word);
      }
      begin = end + 1;
    }
    for (size_t i = 0; i + 2 < joined.size(); ++i) sets.trigrams.insert(joined.substr(i, 3));
    return sets;
  };
  const Sets a = sets_of(left), b = sets_of(right);
  const auto shared = [](const std::set<std::string>& one, const std::set<std::string>& other) {
    std::set<std::string> both;
    std::set_intersection(one.begin(), one.end(), other.begin(), other.end(),
                          std::inserter(both, both.end()));
    return both.size();
  };
  if (a.words.empty() && b.words.empty()) return LikenessOf(left, right, {});
  const size_t words = shared(a.words, b.words);
  const size_t trigrams = a.trigrams.size() + b.trigrams.size();
  const size_t jaccard = 1000 * words / (a.words.size() + b.words.size() - words);
  const size_t dice = trigrams == 0 ? 0 : 2000 * shared(a.trigrams, b.trigrams) / trigrams;
  return static_cast<uint32_t>(std::max(jaccard, dice));
}

TEST(WordLikenessProperty, ItIsSymmetricAndWholeForEqualTexts) {
  const std::vector<std::vector<std::string>> synonyms = {{"dd aa", "cc"}, {"b", "ee ee", "cd"}};
  int alike = 0;
  const auto holds = [&] {
    std::mt19937 random(*rc::gen::arbitrary<uint32_t>());
    for (int i = 0; i < 100; ++i) {
      const std::string left = AnyText(&random);
      const std::string right =
          random() % 2 == 0 ? AnyText(&random) : absl::StrCat(AnyText(&random), left);
      const uint32_t likeness = LikenessOf(left, right, synonyms);
      RC_ASSERT(likeness <= 1000u);
      RC_ASSERT(likeness == LikenessOf(right, left, synonyms));
      RC_ASSERT(LikenessOf(left, left, synonyms) == 1000u);
      std::string loud = absl::StrCat(" ", left, "\t");
      for (char& c : loud) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      RC_ASSERT(LikenessOf(left, loud, synonyms) == 1000u);
      alike += likeness > 300 && likeness < 1000;
    }
  };
  EXPECT_TRUE(rc::check("likeness is symmetric, and 1000 for equal texts", holds));
  EXPECT_GT(alike, 100);
}

TEST(WordLikenessProperty, ItIsThatOfPlainSets) {
  int alike = 0;
  const auto holds = [&] {
    std::mt19937 random(*rc::gen::arbitrary<uint32_t>());
    const auto any_words = [&random] {
      std::string text;
      for (size_t length = random() % 60; length > 0; --length) text += "abcde  "[random() % 7];
      return text;
    };
    for (int i = 0; i < 100; ++i) {
      const std::string left = any_words();
      const std::string right =
          absl::StrCat(left.substr(random() % (left.size() + 1)), any_words());
      // It is a stop word.
      if (absl::StrCat(" ", left, " ", right, " ").find(" be ") != std::string::npos) continue;
      RC_ASSERT(LikenessOf(left, right, {}) == NaiveLikeness(left, right));
      alike += NaiveLikeness(left, right) > 300;
    }
  };
  EXPECT_TRUE(rc::check("likeness is that of plain sets", holds));
  EXPECT_GT(alike, 100);
}

TEST(WordLikenessProperty, OfFiguresItIsTheLargerOfNamesAndOfTexts) {
  const WordReader reader({});
  int by_names = 0, by_texts = 0;
  const auto holds = [&] {
    std::mt19937 random(*rc::gen::arbitrary<uint32_t>());
    // Of two letters each, none of them stop words.
    const auto any_words = [&random](int most) {
      std::vector<std::string> words;
      for (int left = 1 + static_cast<int>(random() % most); left > 0; --left) {
        words.push_back({"acd"[random() % 3], "acd"[random() % 3]});
      }
      return words;
    };
    const auto share = [](const std::vector<std::string>& left,
                          const std::vector<std::string>& right) {
      const std::set<std::string> a(left.begin(), left.end()), b(right.begin(), right.end());
      std::set<std::string> any = a;
      any.insert(b.begin(), b.end());
      return static_cast<uint32_t>(1000 * (a.size() + b.size() - any.size()) / any.size());
    };
    for (int i = 0; i < 100; ++i) {
      const auto left_name = any_words(3), right_name = any_words(3);
      const std::string left = absl::StrJoin(left_name, " "),
                        left_text = absl::StrJoin(any_words(8), " ");
      const std::string right = absl::StrJoin(right_name, " "),
                        right_text = absl::StrJoin(any_words(8), " ");
      const FigureLikeness found = ComparedFigure(left, left_text, reader)
                                       .LikenessTo(ComparedFigure(right, right_text, reader));
      const uint32_t of_texts =
          NaiveLikeness(absl::StrCat(left, " ", left_text), absl::StrCat(right, " ", right_text));
      RC_ASSERT(found.of_names == share(left_name, right_name));
      RC_ASSERT(found.of_texts == of_texts);
      RC_ASSERT(found.likeness == std::max(found.of_names, of_texts));
      RC_ASSERT(found.same_name == (left == right));
      by_names += found.of_names > of_texts;
      by_texts += of_texts > found.of_names;
    }
  };
  EXPECT_TRUE(rc::check("likeness of figures is that of plain sets", holds));
  EXPECT_GT(by_names, 100);
  EXPECT_GT(by_texts, 100);
}

// 500 items, each of 2,000 bytes, compared with a description of 2,000.
TEST(WordLikenessTest, LongTextsAreNotSlow) {
  std::mt19937 random(7);
  const auto long_text = [&random] {
    std::string text;
    while (text.size() < 2000) {
      for (uint32_t letters = 2 + random() % 9; letters > 0; --letters) {
        text += static_cast<char>('a' + random() % 26);
      }
      text += ' ';
    }
    return text;
  };
  KnownCatalogue catalogue;
  for (int i = 0; i < 500; ++i) {
    KnownItem item;
    item.display_name = "Beds";
    item.definition_text = long_text();
    catalogue.items[absl::StrCat("item_", i)].push_back(item);
  }
  catalogue.rules.near_duplicate_from = 900;
  catalogue.rules.synonyms = {{"accident and emergency", "a&e", "ed"}, {"bed", "beds"}};
  DescribedItem described;
  described.display_name = "Bed";
  described.definition_text = catalogue.items["item_321"][0].definition_text;
  const auto start = std::chrono::steady_clock::now();
  const FoundLikeness found = FindItem(described, catalogue, CivilDay{2024, 4, 1});
  const auto taken = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(found.item, "item_321");
  EXPECT_EQ(found.likeness, 1000u);
  EXPECT_LT(taken, std::chrono::seconds(2));
  std::printf(
      "500 items of 2,000 bytes: %lld us\n",
      static_cast<long long>(std::chrono::duration_cast<std::chrono::microseconds>(taken).count()));
}

}  // namespace
}  // namespace onereturn::ingestion

#include "common/base/utf8.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

namespace onereturn {
namespace {

TEST(Utf8Test, AcceptsWellFormedText) {
  for (const absl::string_view text :
       {absl::string_view(""), absl::string_view("NHS Leeds"), absl::string_view("\0", 1),
        absl::string_view("Ynys M\xC3\xB4n"), absl::string_view("\xC2\x80"),
        absl::string_view("\xDF\xBF"), absl::string_view("\xE0\xA0\x80"),
        absl::string_view("\xED\x9F\xBF"), absl::string_view("\xEE\x80\x80"),
        absl::string_view("\xF0\x90\x80\x80"), absl::string_view("\xF4\x8F\xBF\xBF"),
        absl::string_view("twelve bytes and \xE2\x82\xAC")}) {
    EXPECT_TRUE(IsValidUtf8(text)) << text;
  }
}

// The ill-formed sequences around each border of table 3-7 of the Unicode standard.
TEST(Utf8Test, RefusesIllFormedText) {
  for (const absl::string_view text : {"\x80",
                                       "\xBF",
                                       "\xC0\x80",
                                       "\xC1\xBF",
                                       "\xC2",
                                       "\xC2\x41",
                                       "\xE0\x9F\xBF",
                                       "\xE0\xA0",
                                       "\xED\xA0\x80",
                                       "\xED\xBF\xBF",
                                       "\xE2\x82",
                                       "\xF0\x8F\xBF\xBF",
                                       "\xF0\x90\x80",
                                       "\xF4\x90\x80\x80",
                                       "\xF5\x80\x80\x80",
                                       "\xFF",
                                       "Ynys M\xF4n",
                                       "12345678\xFF",
                                       "a\xC3(",
                                       "\xFF\xFEL"}) {
    EXPECT_FALSE(IsValidUtf8(text)) << absl::string_view(text).size();
  }
}

TEST(Utf8Test, TellsTheFirstCodePoint) {
  EXPECT_EQ(FirstCodePoint("A").value, 0x41u);
  EXPECT_EQ(FirstCodePoint("\xC3\xB4n").value, 0xF4u);
  EXPECT_EQ(FirstCodePoint("\xE2\x82\xAC").value, 0x20ACu);
  EXPECT_EQ(FirstCodePoint("\xF0\x9F\x98\x80").value, 0x1F600u);
  EXPECT_EQ(FirstCodePoint("\xF0\x9F\x98\x80").size, 4u);
  EXPECT_EQ(FirstCodePoint("").size, 0u);
}

TEST(SafeTextTest, AcceptsWhatPeopleWrite) {
  for (const absl::string_view text : {"", "NHS Leeds & York (ICB)", "Ynys M\xC3\xB4n",
                                       "O\xE2\x80\x99"
                                       "Brien",
                                       "\xE2\x82\xAC 5",
                                       "12\xC2\xA0"
                                       "000"}) {
    EXPECT_TRUE(IsSafeText(text)) << text;
    EXPECT_TRUE(IsSafeNarrative(text)) << text;
  }
}

TEST(SafeTextTest, RefusesWhatHidesOrReorders) {
  for (const absl::string_view text :
       {absl::string_view("a\0b", 3), absl::string_view("bell\x07"), absl::string_view("\x1B[31m"),
        absl::string_view("\x7F"),
        absl::string_view("\xC2\x85"),         // NEL, a C1 control.
        absl::string_view("RCF\xE2\x80\x8B"),  // Zero-width space.
        absl::string_view("\xE2\x80\x8D"),     // Zero-width joiner.
        absl::string_view("\xE2\x80\xAE"
                          "abc"),  // Right-to-left override.
        absl::string_view("\xE2\x81\xA6"
                          "abc"),           // Left-to-right isolate.
        absl::string_view("\xE2\x80\xA8"),  // Line separator.
        absl::string_view("\xEF\xBB\xBF"
                          "abc"),               // Byte-order mark.
        absl::string_view("\xC2\xAD"),          // Soft hyphen.
        absl::string_view("\xEF\xBF\xBF"),      // A noncharacter.
        absl::string_view("\xF3\xA0\x80\xA1"),  // A tag.
        absl::string_view("\xF4\x8F\xBF\xBF"),  // The last noncharacter.
        absl::string_view("not UTF-8 \xFF")}) {
    EXPECT_FALSE(IsSafeText(text)) << text;
    EXPECT_FALSE(IsSafeNarrative(text)) << text;
  }
}

TEST(SafeTextTest, AllowsLineFeedsAndTabsInNarrativeOnly) {
  EXPECT_FALSE(IsSafeText("two\nlines"));
  EXPECT_FALSE(IsSafeText("a\ttab"));
  EXPECT_TRUE(IsSafeNarrative("two\nlines\tand a tab"));
  EXPECT_FALSE(IsSafeNarrative("two\r\nlines"));
}

TEST(CutAtCharacterTest, NeverCutsACharacter) {
  const absl::string_view euro =
      "ab\xE2\x82\xAC"
      "c";
  EXPECT_EQ(CutAtCharacter(euro, 2), "ab");
  EXPECT_EQ(CutAtCharacter(euro, 3), "ab");
  EXPECT_EQ(CutAtCharacter(euro, 4), "ab");
  EXPECT_EQ(CutAtCharacter(euro, 5), "ab\xE2\x82\xAC");
  EXPECT_EQ(CutAtCharacter(euro, 6), euro);
  EXPECT_EQ(CutAtCharacter(euro, 600), euro);
  EXPECT_EQ(CutAtCharacter(euro, 0), "");
  EXPECT_EQ(CutAtCharacter("\xF0\x9F\x98\x80", 3), "");
  EXPECT_EQ(CutAtCharacter("\x80\x80\x80\x80\x80", 3), "\x80\x80\x80");
}

std::string Encode(uint32_t code_point) {
  const auto tail = [code_point](int shift) {
    return static_cast<char>(0x80 | ((code_point >> shift) & 0x3F));
  };
  if (code_point < 0x80) return {static_cast<char>(code_point)};
  if (code_point < 0x800) return {static_cast<char>(0xC0 | (code_point >> 6)), tail(0)};
  if (code_point < 0x10000) return {static_cast<char>(0xE0 | (code_point >> 12)), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | (code_point >> 18)), tail(12), tail(6), tail(0)};
}

TEST(Utf8Test, KnowsEveryCodePoint) {
  for (uint32_t code_point = 0; code_point <= 0x110000; ++code_point) {
    const bool surrogate = code_point >= 0xD800 && code_point < 0xE000;
    const std::string text = Encode(code_point);
    const CodePoint first = FirstCodePoint(text);
    if (surrogate || code_point == 0x110000) {
      ASSERT_EQ(first.size, 0u) << code_point;
    } else {
      ASSERT_EQ(first.size, text.size()) << code_point;
      ASSERT_EQ(first.value, code_point);
    }
  }
}

TEST(Utf8PropertyTest, AnyCutOfValidTextIsValid) {
  EXPECT_TRUE(rc::check([](const std::vector<uint32_t>& numbers, uint8_t limit) {
    std::string text;
    for (const uint32_t number : numbers) text += Encode(number % 0xD800);
    RC_ASSERT(IsValidUtf8(text));
    const absl::string_view cut = CutAtCharacter(text, limit % 40);
    RC_ASSERT(IsValidUtf8(cut));
    RC_ASSERT(cut.size() + 3 >= std::min<size_t>(text.size(), limit % 40));
  }));
}

}  // namespace
}  // namespace onereturn

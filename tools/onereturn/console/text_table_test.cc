// Goal: tables line up for any text, fit the terminal, and never let a text move the cursor.
#include "tools/onereturn/console/text_table.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn::client {
namespace {

using ::testing::ElementsAre;

TEST(TextTable, AlignsByPlacesNotBytes) {
  TextTable table({{"name"}, {"value", TextTable::Align::kRight}});
  table.Row({"Ynys Môn", "1,204"});
  table.Row({"日本", "7"});
  EXPECT_EQ(table.Render(0),
            "name      value\n"
            "────────  ─────\n"
            "Ynys Môn  1,204\n"
            "日本          7\n");
}

TEST(TextTable, LeavesOutColumnsWithNothingInThem) {
  TextTable table({{"a"}, {"b"}, {"c"}});
  table.Row({"1", "", "3"});
  EXPECT_EQ(table.Render(0), "a  c\n─  ─\n1  3\n");
}

TEST(TextTable, WrapsWhatGivesWay) {
  TextTable table({{"code"}, {"words", TextTable::Align::kLeft, true}});
  table.Row({"AE02", "more patients waited than came in at all"});
  EXPECT_EQ(table.Render(26),
            "code  words\n"
            "────  ────────────────────\n"
            "AE02  more patients waited\n"
            "      than came in at all\n");
}

TEST(TextTable, WidthsOfCharacters) {
  EXPECT_EQ(DisplayWidth("abc"), 3u);
  EXPECT_EQ(DisplayWidth("e\xCC\x81"), 1u);  // With a combining acute.
  EXPECT_EQ(DisplayWidth("–▲"), 2u);
  EXPECT_EQ(DisplayWidth("\xFF"), 1u);
}

TEST(TextTable, TextsCannotControlTheTerminal) {
  EXPECT_EQ(Printable("\x1b[2Jgone"), "\xEF\xBF\xBD[2Jgone");
  EXPECT_EQ(Printable("a\nb\tc"), "a b c");
  EXPECT_EQ(Printable("\xE2\x80\xAE"
                      "abc"),
            "\xEF\xBF\xBD"
            "abc");  // Right-to-left override.
  EXPECT_EQ(Printable("\x80"), "\xEF\xBF\xBD");
}

TEST(TextTable, WrapsLongWordsToo) {
  EXPECT_THAT(Wrapped("abcdefgh ij", 3), ElementsAre("abc", "def", "gh", "ij"));
  EXPECT_THAT(Wrapped("", 10), ElementsAre(""));
}

}  // namespace
}  // namespace onereturn::client

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

TEST(TextTable, WhatIsTooWideIsWrittenRowByRow) {
  TextTable table({{"service"},
                   {"sequence", TextTable::Align::kRight},
                   {"fault"},
                   {"follows", TextTable::Align::kLeft, true}});
  table.Row({"ingestion", "4,866", "", "holds metrics's head of 12"});
  table.Row({"metrics", "7", "", ""});
  EXPECT_EQ(table.Render(33),
            "service    sequence  follows\n"
            "─────────  ────────  ────────────\n"
            "ingestion     4,866  holds\n"
            "                     metrics's\n"
            "                     head of 12\n"
            "metrics           7\n");
  EXPECT_EQ(table.Render(32),
            "service   ingestion\n"
            "sequence  4,866\n"
            "follows   holds metrics's head\n"
            "          of 12\n"
            "\n"
            "service   metrics\n"
            "sequence  7\n");
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

TEST(WrappedHelp, BreaksWhatIsTooLongBelowItsOwnColumn) {
  EXPECT_EQ(WrappedHelp("Show all of what there is to show\n"
                        "  --at TEXT    Answer as it was at a time\n"
                        "  -h           Print\n"
                        "Example:\n"
                        "  onereturn metrics --at 2024-05-01T09:00:00Z\n",
                        30),
            "Show all of what there is to\n"
            "show\n"
            "  --at TEXT    Answer as it\n"
            "               was at a time\n"
            "  -h           Print\n"
            "Example:\n"
            "  onereturn metrics --at 2024-05-01T09:00:00Z\n");
  // Where no column can be told, below the line's own indent.
  EXPECT_EQ(WrappedHelp("  a line without any column\n", 20),
            "  a line without any\n"
            "  column\n");
}

}  // namespace
}  // namespace onereturn::client

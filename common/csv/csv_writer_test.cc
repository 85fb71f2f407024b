#include "common/csv/csv_writer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace onereturn {
namespace {

std::string Written(const std::vector<std::string>& fields) {
  std::string text;
  CsvWriter(&text).Row(fields);
  return text;
}

TEST(CsvWriterTest, QuotesOnlyWhereItMust) {
  EXPECT_EQ(Written({"a", "-12.5", "NHS Leeds"}), "a,-12.5,NHS Leeds\r\n");
  EXPECT_EQ(Written({"a,b", "say \"yes\"", "one\ntwo", "c\rd"}),
            "\"a,b\",\"say \"\"yes\"\"\",\"one\ntwo\",\"c\rd\"\r\n");
  EXPECT_EQ(Written({" a", "b\t"}), "\" a\",\"b\t\"\r\n");
  EXPECT_EQ(Written({"", ""}), ",\r\n");
  EXPECT_EQ(Written({""}), "\"\"\r\n");
  EXPECT_EQ(Written({"\xEF\xBB\xBF"
                     "a"}),
            "\"\xEF\xBB\xBF"
            "a\"\r\n");
}

TEST(CsvWriterTest, AppendsRowsOfEveryKind) {
  std::string text = "kept\r\n";
  CsvWriter writer(&text);
  writer.Row({"a", "b"});
  writer.Row(std::vector<absl::string_view>{"c"});
  writer.Row(std::vector<std::string>{"d"});
  EXPECT_EQ(text, "kept\r\na,b\r\nc\r\nd\r\n");
}

TEST(CsvWriterDeathTest, CannotWriteARowOfNothing) {
  std::string text;
  EXPECT_DEATH(CsvWriter(&text).Row(std::vector<std::string>{}), "!fields.empty\\(\\)");
}

}  // namespace
}  // namespace onereturn

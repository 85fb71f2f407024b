#include "common/csv/csv_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;

using Fields = std::vector<std::string>;
using Rows = std::vector<std::pair<int64_t, Fields>>;

struct Outcome {
  Rows rows;
  absl::Status status;
};

Outcome Read(absl::string_view text, const CsvLimits& limits = {}) {
  Outcome outcome;
  CsvReader reader(limits, [&outcome](int64_t row, const std::vector<absl::string_view>& fields) {
    outcome.rows.emplace_back(row, Fields(fields.begin(), fields.end()));
    return absl::OkStatus();
  });
  outcome.status = reader.Feed(text);
  if (outcome.status.ok()) outcome.status = reader.Finish();
  return outcome;
}

TEST(CsvReaderTest, ReadsWhatItAccepts) {
  const struct {
    absl::string_view text;
    Rows rows;
  } cases[] = {
      {"", {}},
      {"a", {{1, {"a"}}}},
      {"a,b\r\n1,2\r\n", {{1, {"a", "b"}}, {2, {"1", "2"}}}},
      {"a,b\n1,2", {{1, {"a", "b"}}, {2, {"1", "2"}}}},
      {"a,b\r1,2\r", {{1, {"a", "b"}}, {2, {"1", "2"}}}},
      {"a,\n,b\n,\n", {{1, {"a", ""}}, {2, {"", "b"}}, {3, {"", ""}}}},
      {"a,", {{1, {"a", ""}}}},
      {" a ,\tb\t\n", {{1, {" a ", "\tb\t"}}}},
      {"\"a,b\",\"say \"\"yes\"\"\"\n", {{1, {"a,b", "say \"yes\""}}}},
      {"\"\"\n\"\",\"\"", {{1, {""}}, {2, {"", ""}}}},
      {"\"\"\"\"", {{1, {"\""}}}},
      {"\"one\r\ntwo\",b\nc\n", {{1, {"one\r\ntwo", "b"}}, {2, {"c"}}}},
      {" \n", {{1, {" "}}}},
      // A byte-order mark counts at the start alone.
      {"\xEF\xBB\xBF"
       "a\n",
       {{1, {"a"}}}},
      {"\xEF\xBB\xBF\"a\"\n", {{1, {"a"}}}},
      {"\xEF\xBB\xBF", {}},
      {"a,\xEF\xBB\xBF\n", {{1, {"a", "\xEF\xBB\xBF"}}}},
      {"Ynys M\xC3\xB4n,\xE2\x82\xAC\n", {{1, {"Ynys M\xC3\xB4n", "\xE2\x82\xAC"}}}},
      // Empty lines are no rows, but are counted, as a spreadsheet does.
      {"a\n\nb\n\n\n", {{1, {"a"}}, {3, {"b"}}}},
      {"a\r\n\r\nb\r\n\r\n", {{1, {"a"}}, {3, {"b"}}}},
      {"a\r\rb", {{1, {"a"}}, {3, {"b"}}}},
      {"\r\n\n\ra", {{4, {"a"}}}},
      {"a\n\rb", {{1, {"a"}}, {3, {"b"}}}},
      {"\n", {}},
  };
  for (const auto& test : cases) {
    const Outcome outcome = Read(test.text);
    EXPECT_THAT(outcome.status, IsOk()) << test.text;
    EXPECT_EQ(outcome.rows, test.rows) << test.text;
  }
}

TEST(CsvReaderTest, RefusesWithReasonRowAndColumn) {
  const CsvLimits limits{.max_columns = 3, .max_field_bytes = 8, .max_row_bytes = 12};
  const struct {
    absl::string_view text;
    Reason reason;
    absl::string_view place;
    size_t rows_before;
  } cases[] = {
      {"a\nb,\"c", Reason::kMalformed, "row 2, column 2: a quote is opened", 1},
      {"\"", Reason::kMalformed, "row 1, column 1: a quote is opened", 0},
      {"a\nb,c\"d\"\n", Reason::kMalformed, "row 2, column 2: a quote stands", 1},
      {"a\r\n\r\n\"b\"c\n", Reason::kMalformed, "row 3, column 1: a quote stands", 1},
      {"\"b\" ,c\n", Reason::kMalformed, "row 1, column 1: a quote stands", 0},
      {"1,2,3\n1,2,3,4\n", Reason::kTooManyItems, "row 2, column 4: there are more than 3", 1},
      {"123456789\n", Reason::kLength, "row 1, column 1: the field is longer than 8", 0},
      {"a,\"123456789\"", Reason::kLength, "row 1, column 2: the field is longer than 8", 0},
      {"12345678,12345678\n", Reason::kLength, "row 1, column 2: the row is longer than 12", 0},
      {"a\nM\xF4n\n", Reason::kNotUtf8, "row 2, column 1", 1},
      {"a,\xC3", Reason::kNotUtf8, "row 1, column 2", 0},
      {absl::string_view("a\nb,\0", 5), Reason::kCharset, "row 2, column 2: there is a NUL", 1},
      {absl::string_view("a\0", 2), Reason::kCharset, "row 1, column 1", 0},
      {absl::string_view("\"a\n\0\"", 5), Reason::kCharset, "row 1, column 1", 0},
      {absl::string_view("\0", 1), Reason::kCharset, "row 1, column 1", 0},
      // UTF-16, as some spreadsheets write "Unicode text".
      {absl::string_view("\xFF\xFE"
                         "a\0,\0",
                         6),
       Reason::kCharset, "row 1, column 1", 0},
      // The first fault counts.
      {absl::string_view("\xF4\n\0", 3), Reason::kNotUtf8, "row 1, column 1", 0},
  };
  for (const auto& test : cases) {
    const Outcome outcome = Read(test.text, limits);
    EXPECT_THAT(outcome.status, HasReason(test.reason)) << test.text;
    EXPECT_THAT(std::string(outcome.status.message()), HasSubstr(std::string(test.place)));
    EXPECT_THAT(outcome.rows, SizeIs(test.rows_before)) << test.text;
  }
}

TEST(CsvReaderTest, TellsRowAndColumnToPrograms) {
  const auto details = DetailsOf(Read("a\nb,\xFF\n").status);
  ASSERT_TRUE(details.has_value());
  EXPECT_THAT(details->metadata, ElementsAre(Pair("row", "2"), Pair("column", "2")));
}

// Nobody has typed the bytes of UTF-16 or of a workbook, and nobody can type them again.
TEST(CsvReaderTest, ANulByteIsMendedBySavingTheFileAgain) {
  const auto details = DetailsOf(Read(absl::string_view("a\0", 2)).status);
  ASSERT_TRUE(details.has_value());
  EXPECT_THAT(details->metadata, Contains(Pair("remedy", HasSubstr("Save the file as CSV"))));
}

TEST(CsvReaderTest, AcceptsWhatReachesALimitExactly) {
  const CsvLimits limits{.max_columns = 2, .max_field_bytes = 4, .max_row_bytes = 8};
  const Outcome outcome = Read("1234,\"1\"\"34\"\n\"1234\",1234", limits);
  EXPECT_THAT(outcome.status, IsOk());
  EXPECT_THAT(outcome.rows, SizeIs(2));
}

TEST(CsvReaderTest, StopsAtTheCallbacksError) {
  int calls = 0;
  CsvReader reader({}, [&calls](int64_t row, const std::vector<absl::string_view>& fields) {
    ++calls;
    return row == 2 ? absl::AbortedError("enough") : absl::OkStatus();
  });
  EXPECT_THAT(reader.Feed("a\nb\nc\nd\n"), StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(reader.Feed("e\n"), StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(reader.Finish(), StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(calls, 2);
}

// A quote that is never closed must not make the reader hold the rest of the file.
TEST(CsvReaderTest, StopsAtAnEndlessFieldWhileItComes) {
  CsvReader reader({.max_field_bytes = 1'000},
                   [](int64_t, const std::vector<absl::string_view>&) { return absl::OkStatus(); });
  const std::string block(500, 'x');
  EXPECT_THAT(reader.Feed("\"" + block), IsOk());
  EXPECT_THAT(reader.Feed(block), IsOk());
  EXPECT_THAT(reader.Feed(block), HasReason(Reason::kLength));
}

TEST(CsvReaderDeathTest, TakesNothingAfterTheEnd) {
  CsvReader reader({},
                   [](int64_t, const std::vector<absl::string_view>&) { return absl::OkStatus(); });
  ASSERT_THAT(reader.Finish(), IsOk());
  EXPECT_DEATH(reader.Feed("a").IgnoreError(), "!finished_");
  EXPECT_DEATH(reader.Finish().IgnoreError(), "!finished_");
}

}  // namespace
}  // namespace onereturn

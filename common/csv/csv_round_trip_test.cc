// What is written is read, and the way the bytes are cut into chunks makes no difference.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/csv/csv_reader.h"
#include "common/csv/csv_writer.h"

namespace onereturn {
namespace {

using Row = std::vector<std::string>;

struct Reading {
  std::vector<std::pair<int64_t, Row>> rows;
  std::string status;
  friend bool operator==(const Reading&, const Reading&) = default;
};

// Feeds `text` in pieces of the given sizes, round and round.
Reading Read(absl::string_view text, const CsvLimits& limits, const std::vector<size_t>& sizes) {
  Reading outcome;
  CsvReader reader(limits, [&outcome](int64_t row, const std::vector<absl::string_view>& fields) {
    outcome.rows.emplace_back(row, Row(fields.begin(), fields.end()));
    return absl::OkStatus();
  });
  absl::Status status;
  for (size_t i = 0; !text.empty() && status.ok(); ++i) {
    const size_t size = std::min(text.size(), sizes[i % sizes.size()]);
    status = reader.Feed(text.substr(0, size));
    text.remove_prefix(size);
  }
  if (status.ok()) status = reader.Finish();
  outcome.status = status.ToString();
  return outcome;
}

// Texts of the pieces that matter to the format.
rc::Gen<std::string> AnyText(std::vector<std::string> pieces) {
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(pieces)),
                      [](const std::vector<std::string>& parts) {
                        std::string text;
                        for (const std::string& part : parts) text += part;
                        return text;
                      });
}

rc::Gen<std::vector<size_t>> AnySizes() {
  return rc::gen::nonEmpty(rc::gen::container<std::vector<size_t>>(rc::gen::inRange<size_t>(1, 9)));
}

TEST(CsvPropertyTest, WhatIsWrittenIsReadHoweverItIsCut) {
  EXPECT_TRUE(rc::check([] {
    const auto any_field =
        AnyText({"a", "1", ",", "\"", "\r", "\n", " ", "\t", "\xEF\xBB\xBF", "\xC3\xB4"});
    const auto rows = *rc::gen::resize(12, rc::gen::container<std::vector<Row>>(rc::gen::nonEmpty(
                                               rc::gen::container<Row>(any_field))));
    std::string text;
    CsvWriter writer(&text);
    for (const Row& row : rows) writer.Row(row);
    const Reading outcome = Read(text, {}, *AnySizes());
    RC_ASSERT(outcome.status == "OK");
    RC_ASSERT(outcome.rows.size() == rows.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      RC_ASSERT(outcome.rows[i].first == static_cast<int64_t>(i) + 1);
      RC_ASSERT(outcome.rows[i].second == rows[i]);
    }
  }));
}

// With small limits, so that every kind of fault is met, alone and one close behind the other.
TEST(CsvPropertyTest, TheOutcomeDependsOnTheBytesAlone) {
  const CsvLimits limits{.max_columns = 4, .max_field_bytes = 6, .max_row_bytes = 16};
  EXPECT_TRUE(rc::check([&limits] {
    const auto any_text = AnyText({"a", "b", "1", ",", "\"", "\"", "\r\n", "\n", "\r", " ", "\xFF",
                                   std::string(1, '\0'), "\xEF\xBB\xBF", "\xEF", "\xC3\xB4"});
    const std::string text = *any_text;
    const Reading whole = Read(text, limits, {text.size() + 1});
    RC_CLASSIFY(whole.status == "OK");
    RC_ASSERT(Read(text, limits, {1}) == whole);
    RC_ASSERT(Read(text, limits, *AnySizes()) == whole);
  }));
}

// Fields and rows longer than the slices that the reader works in.
TEST(CsvPropertyTest, LongFieldsSurviveTheReadersOwnSlices) {
  for (size_t size = 4'080; size <= 4'110; ++size) {
    const Row row = {std::string(size, 'x'), std::string(size, '"'), "end"};
    std::string text;
    CsvWriter(&text).Row(row);
    const Reading outcome = Read(text, {}, {text.size()});
    ASSERT_EQ(outcome.status, "OK") << size;
    ASSERT_EQ(outcome.rows.size(), 1u);
    ASSERT_EQ(outcome.rows[0].second, row) << size;
  }
}

}  // namespace
}  // namespace onereturn

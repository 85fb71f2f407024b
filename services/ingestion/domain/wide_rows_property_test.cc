// What holds for every file whose organisations have several rows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "common/status/testing/status_matchers.h"
#include "services/ingestion/domain/testing/rtt_files.h"

namespace onereturn::ingestion {
namespace {

// Any order of the columns (of the bands among the others), any cut of the bytes.
TEST(WideRowsProperty, TheOrderOfColumnsDoesNotMatter) {
  Records records = RttRecords();
  records.erase(records.begin() + 21, records.begin() + 61);  // RDY for 15E, RN5 for NONC.
  const ReadFileResult straight = ReadReturnFile(RttCollection(), "published", TextOf(records));
  ASSERT_THAT(straight.status, IsOk());
  const auto holds = [&] {
    std::mt19937 random(*rc::gen::inRange(0, 1'000'000));
    std::vector<size_t> order(records[0].size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::shuffle(order.begin(), order.end(), random);
    const auto is_band = [](size_t column) {
      return column >= kRttFirstBand && column < kRttTotal;
    };
    size_t band = kRttFirstBand;
    for (size_t& column : order) {
      if (is_band(column)) column = band++;
    }
    Records moved;
    for (const auto& record : records) {
      std::vector<std::string> fields;
      for (const size_t column : order) fields.push_back(record[column]);
      fields.insert(fields.end(), *rc::gen::inRange(0, 3), "");
      moved.push_back(std::move(fields));
    }
    const std::string mark = *rc::gen::arbitrary<bool>() ? "\xEF\xBB\xBF" : "";
    // Header and rows end with empty columns, each with a number of its own.
    const ReadFileResult result = ReadReturnFile(RttCollection(), "published", mark + TextOf(moved),
                                                 *rc::gen::inRange<size_t>(1, 40'000));
    RC_ASSERT(result.status.ok());
    RC_ASSERT(result.rows.size() == straight.rows.size());
    RC_ASSERT(FindingsOf(result).empty());
    for (size_t i = 0; i < result.rows.size(); ++i) {
      RC_ASSERT(CellsOf(result.rows[i]) == CellsOf(straight.rows[i]));
    }
  };
  EXPECT_TRUE(rc::check(holds));
}

}  // namespace
}  // namespace onereturn::ingestion

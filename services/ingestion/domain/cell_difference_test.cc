// Goal: a difference names each cell that is not the same, once, in order, with both sides.
// Method: one table by hand; then random pairs against a plain map.
#include "services/ingestion/domain/cell_difference.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/cells/cell_chunk.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn::ingestion {
namespace {

ChunkSource ChunksOf(std::vector<std::string> chunks) {
  return [chunks = std::move(chunks),
          next = size_t{0}]() mutable -> absl::StatusOr<std::optional<std::string>> {
    if (next == chunks.size()) return std::optional<std::string>();
    return std::optional<std::string>(chunks[next++]);
  };
}

Cell CellOf(const std::string& item, int64_t millionths) {
  Cell cell;
  cell.item = item;
  cell.value = Decimal::FromMillionths(millionths);
  return cell;
}

std::vector<std::string> TextsOf(std::vector<Cell> before, std::vector<Cell> after) {
  std::vector<std::string> texts;
  const auto text = [](const Cell* cell) -> std::string {
    if (cell == nullptr) return "-";
    return cell->value.has_value() ? absl::StrCat(cell->value->millionths()) : "null";
  };
  EXPECT_THAT(VisitDifferences(ChunksOf(PackCells(std::move(before)).value()),
                               ChunksOf(PackCells(std::move(after)).value()),
                               [&](const Cell* old_cell, const Cell* new_cell) {
                                 const Cell* any = old_cell == nullptr ? new_cell : old_cell;
                                 texts.push_back(absl::StrCat(any->item, " ", text(old_cell), " ",
                                                              text(new_cell)));
                               }),
              IsOk());
  return texts;
}

TEST(CellDifferenceTest, EachWayToDiffer) {
  Cell null_cell = CellOf("d", 0);
  null_cell.value.reset();
  EXPECT_EQ(TextsOf({CellOf("a", 1), CellOf("b", 2), CellOf("c", 3), CellOf("d", 4)},
                    {CellOf("b", 2), CellOf("c", 5), null_cell, CellOf("e", 6)}),
            (std::vector<std::string>{"a 1 -", "c 3 5", "d 4 null", "e - 6"}));
  EXPECT_TRUE(TextsOf({}, {}).empty());
  EXPECT_EQ(TextsOf({}, {CellOf("a", 1)}), (std::vector<std::string>{"a - 1"}));
}

TEST(CellDifferenceTest, ADamagedChunkIsSaid) {
  const auto nothing = [](const Cell*, const Cell*) {};
  EXPECT_THAT(VisitDifferences(ChunksOf({"no chunk"}), ChunksOf({}), nothing),
              HasReason(Reason::kCellsCorrupt));
}

TEST(CellDifferenceTest, AsAMapSays) {
  EXPECT_TRUE(rc::check("differences of two maps", [](const std::map<uint8_t, int16_t>& before,
                                                      const std::map<uint8_t, int16_t>& after) {
    const auto cells_of = [](const std::map<uint8_t, int16_t>& map) {
      std::vector<Cell> cells;
      for (const auto& [item, value] : map) {
        cells.push_back(CellOf(absl::StrCat("i", 1000 + item), value));
      }
      return cells;
    };
    std::vector<std::string> expected;
    for (int item = 0; item < 256; ++item) {
      const auto text = [&](const std::map<uint8_t, int16_t>& map) -> std::string {
        const auto found = map.find(static_cast<uint8_t>(item));
        return found == map.end() ? "-" : absl::StrCat(found->second);
      };
      if (text(before) == text(after)) continue;
      expected.push_back(absl::StrCat("i", 1000 + item, " ", text(before), " ", text(after)));
    }
    RC_ASSERT(TextsOf(cells_of(before), cells_of(after)) == expected);
  }));
}

}  // namespace
}  // namespace onereturn::ingestion

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/cells/cell_chunk.h"
#include "common/cells/testing/example_cells.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Cell Null(absl::string_view item, std::vector<DimensionValue> dimensions = {}) {
  return Cell{
      .item = std::string(item), .dimensions = std::move(dimensions), .value = std::nullopt};
}

std::vector<std::string> FieldsOf(const absl::Status& status) {
  std::vector<std::string> texts;
  const auto details = DetailsOf(status);
  if (!details.has_value()) return texts;
  for (const FieldViolation& violation : details->fields) {
    texts.push_back(violation.field + ": " + violation.description);
  }
  return texts;
}

TEST(PackCellsTest, WritesTheExample) {
  EXPECT_THAT(PackCells(ExampleCells()), IsOkAndHolds(ElementsAre(ExampleChunk())));
}

TEST(PackCellsTest, AnyOrderGivesTheSameBytes) {
  std::vector<Cell> cells = ExampleCells();
  std::reverse(cells.begin(), cells.end());
  std::reverse(cells[0].dimensions.begin(), cells[0].dimensions.end());
  EXPECT_THAT(PackCells(cells), IsOkAndHolds(ElementsAre(ExampleChunk())));
}

TEST(PackCellsTest, NoCellsGiveNoChunks) { EXPECT_THAT(PackCells({}), IsOkAndHolds(IsEmpty())); }

TEST(PackCellsTest, OneTextMayBeItemDimensionAndValue) {
  EXPECT_THAT(PackCells({Null("a", {{"a", "a"}})}),
              IsOkAndHolds(ElementsAre(Bytes("ORC\x01\x01\x01"
                                             "a"
                                             "\x01\x00\x01\x00\x00\x01"))));
}

TEST(PackCellsTest, NamesEveryDuplicate) {
  std::vector<Cell> cells = ExampleCells();
  cells.push_back(Null("AE02", {{"sex", "F"}, {"age", "0-17"}}));
  cells.push_back(Null("AE01"));
  cells.push_back(Null("AE01"));
  const auto result = PackCells(cells);
  EXPECT_THAT(result, HasReason(Reason::kDuplicateCell));
  EXPECT_THAT(FieldsOf(result.status()),
              ElementsAre("cells[4]: AE01 was given as cells[0] already",
                          "cells[5]: AE01 was given as cells[0] already",
                          "cells[3]: AE02 [age=0-17, sex=F] was given as cells[2] already"));
}

TEST(PackCellsTest, NamesEveryFault) {
  std::vector<DimensionValue> seventeen;
  for (int i = 0; i < 17; ++i) seventeen.push_back({absl::StrFormat("d%02d", i), "v"});
  Cell no_reason = Null("AE03");
  no_reason.null_reason = static_cast<NullReason>(0);
  Cell unknown_reason = Null("AE04");
  unknown_reason.null_reason = static_cast<NullReason>(5);
  const auto result = PackCells({
      Null("good"),
      Null(""),
      Null(std::string(257, 'x')),
      Null("a\xFF"),
      Null("AE01", {{"", "v"}, {"d", ""}}),
      Null("AE01", {{"d", "v"}, {"e", "v"}, {"d", "w"}}),
      Null("AE02", seventeen),
      no_reason,
      unknown_reason,
  });
  EXPECT_THAT(result, HasReason(Reason::kFieldInvalid));
  EXPECT_THAT(
      FieldsOf(result.status()),
      ElementsAre("cells[1]: the item is empty",
                  "cells[2]: the item has 257 bytes; at most 256 are allowed",
                  "cells[3]: the item is not UTF-8", "cells[4]: the name of a dimension is empty",
                  "cells[4]: the value of a dimension is empty",
                  "cells[5]: the same dimension is given twice",
                  "cells[6]: it has 17 dimensions; at most 16 are allowed",
                  "cells[7]: it has neither a value nor a known reason for none",
                  "cells[8]: it has neither a value nor a known reason for none"));
}

TEST(PackCellsTest, AChunkHoldsAtMost4096Cells) {
  // Few and short texts, so that the number of cells is what ends the first chunk.
  std::vector<Cell> cells;
  for (int i = 0; i < 4'097; ++i) {
    cells.push_back(
        Null(absl::StrFormat("i%02d", i / 100), {{"d", absl::StrFormat("%02d", i % 100)}}));
  }
  const auto chunks = PackCells(cells);
  ASSERT_THAT(chunks, IsOkAndHolds(SizeIs(2)));
  EXPECT_THAT(DecodeChunk(chunks->at(0)), IsOkAndHolds(SizeIs(4'096)));
  EXPECT_THAT(DecodeChunk(chunks->at(1)), IsOkAndHolds(ElementsAre(cells[4'096])));
}

// Where a chunk ends decides the content hash of a revision, so the rule may never change. Each
// cell here takes 257 + 2 bytes of new text, 2 bytes of its own and 1 or 2 for the index; the head
// takes 4 and the counts 2 or 3.
TEST(PackCellsTest, AChunkEndsWhereTheNextCellWouldPass48KiB) {
  std::vector<Cell> cells;
  for (int i = 0; i < 400; ++i) cells.push_back(Null(absl::StrFormat("%0256d", i)));
  const auto chunks = PackCells(cells);
  ASSERT_THAT(chunks, IsOkAndHolds(SizeIs(3)));
  // 4 + 2 + 2 + n * (258 + 2 + 2) <= 49152: n = 187, as 187 * 262 + 8 = 49,002 and 188 * 262 + 8 =
  // 49,264.
  EXPECT_THAT(DecodeChunk(chunks->at(0)), IsOkAndHolds(SizeIs(187)));
  EXPECT_THAT(DecodeChunk(chunks->at(1)), IsOkAndHolds(SizeIs(187)));
  EXPECT_THAT(DecodeChunk(chunks->at(2)), IsOkAndHolds(SizeIs(26)));
  // 128 of the 187 indexes take one byte, not two.
  EXPECT_EQ(chunks->at(0).size(), 49'002u - 128u);
}

TEST(PackCellsTest, TheLargestCellFitsAChunk) {
  std::vector<DimensionValue> dimensions;
  for (int i = 0; i < 16; ++i) {
    dimensions.push_back({absl::StrFormat("%0256d", i), absl::StrFormat("%0256d", i + 16)});
  }
  const std::vector<Cell> cells = {Null(std::string(256, 'x'), dimensions)};
  const auto chunks = PackCells(cells);
  ASSERT_THAT(chunks, IsOkAndHolds(SizeIs(1)));
  EXPECT_THAT(DecodeChunk(chunks->at(0)), IsOkAndHolds(cells));
}

}  // namespace
}  // namespace onereturn

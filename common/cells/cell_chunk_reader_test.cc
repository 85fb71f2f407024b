#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "common/base/bytes.h"
#include "common/cells/cell_chunk.h"
#include "common/cells/testing/example_cells.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(DecodeChunkTest, ReadsTheExample) {
  EXPECT_THAT(DecodeChunk(ExampleChunk()), IsOkAndHolds(ElementsAreArray(ExampleCells())));
}

TEST(VisitChunkTest, ShowsViewsIntoTheChunk) {
  const std::string chunk = ExampleChunk();
  std::vector<std::string> seen;
  ASSERT_THAT(
      VisitChunk(chunk,
                 [&](const CellView& cell) {
                   EXPECT_GE(cell.item.data(), chunk.data());
                   EXPECT_LT(cell.item.data(), chunk.data() + chunk.size());
                   std::string text(cell.item);
                   for (const DimensionView& pair : cell.dimensions) {
                     text += " " + std::string(pair.dimension) + "=" + std::string(pair.value);
                   }
                   text += cell.value.has_value()
                               ? " " + cell.value->ToString()
                               : " null " + std::to_string(static_cast<int>(cell.null_reason));
                   seen.push_back(text);
                 }),
      IsOk());
  EXPECT_THAT(seen,
              ElementsAreArray({"AE01 null 3", "AE01 age=0-17 12.5", "AE02 age=0-17 sex=F -1"}));
}

TEST(DecodeChunkTest, ReadsEveryNullReasonAndTheExtremesOfAValue) {
  // One text "a"; one cell.
  const std::string head = Bytes(
      "ORC\x01\x01\x01"
      "a"
      "\x01\x00\x00");
  for (const char kind : {1, 2, 3, 4}) {
    const auto cells = DecodeChunk(head + kind);
    ASSERT_THAT(cells, IsOk());
    EXPECT_EQ(static_cast<char>(cells->at(0).null_reason), kind);
    EXPECT_EQ(cells->at(0).value, std::nullopt);
  }
  EXPECT_EQ(DecodeChunk(head + Bytes("\x00\x00"))->at(0).value, Decimal());
  // +-(9.2e18 - 1): zigzag 18,399,999,999,999,999,998 and one less.
  const std::string most = head + Bytes("\x00\xFE\xFF\xBF\xD9\xB3\xD0\xFB\xAC\xFF\x01");
  EXPECT_EQ(DecodeChunk(most)->at(0).value->millionths(), Decimal::kLimitMillionths - 1);
  const std::string least = head + Bytes("\x00\xFD\xFF\xBF\xD9\xB3\xD0\xFB\xAC\xFF\x01");
  EXPECT_EQ(DecodeChunk(least)->at(0).value->millionths(), 1 - Decimal::kLimitMillionths);
}

TEST(DecodeChunkTest, RefusesWhatIsNotCanonicalWithItsOwnWords) {
  const std::string head = Bytes("ORC\x01");
  const std::string ab = head + Bytes(
                                    "\x02\x01"
                                    "a"
                                    "\x01"
                                    "b");  // Texts 0 "a" and 1 "b".
  const struct {
    std::string bytes;
    std::string words;
  } cases[] = {
      {"", "does not start"},
      {"OR", "does not start"},
      {"ORD\x01", "does not start"},
      {"ORC\x02", "does not start"},
      {head, "end too early"},
      {head + Bytes("\x81\x00"), "longer than it needs"},
      {head + Bytes("\x05\x01"
                    "a"),
       "fewer texts"},
      {head + Bytes("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"
                    "a"),
       "fewer texts"},
      {head + Bytes("\x01\x02"
                    "a"),
       "end too early"},
      {head + Bytes("\x01\x00\x01\x00\x00\x01"), "a text is empty"},
      {head + Bytes("\x01\x81\x02") + std::string(257, 'a'), "longer than allowed"},
      {head + Bytes("\x02\x01"
                    "b"
                    "\x01"
                    "a"),
       "texts do not ascend"},
      {head + Bytes("\x02\x01"
                    "a"
                    "\x01"
                    "a"),
       "texts do not ascend"},
      {head + Bytes("\x02\x02"
                    "ab"
                    "\x01"
                    "a"),
       "texts do not ascend"},
      {head + Bytes("\x01\x01\xFF"), "not UTF-8"},
      {head + Bytes("\x00\x00"), "number of cells"},
      {ab + Bytes("\x00"), "number of cells"},
      {ab + Bytes("\x81\x20"), "number of cells"},
      {ab, "end too early"},
      {ab + Bytes("\x01"), "end too early"},
      {ab + Bytes("\x01\x02\x00\x01"), "text that is not there"},
      {ab + Bytes("\x01\x00\x01\x00\x02\x01"), "text that is not there"},
      {ab + Bytes("\x01\x00\x11"), "more than 16 dimensions"},
      {ab + Bytes("\x01\x00\x02\x01\x00\x00\x00\x01"), "dimensions of a cell do not ascend"},
      {ab + Bytes("\x01\x00\x02\x01\x00\x01\x01\x01"), "dimensions of a cell do not ascend"},
      {ab + Bytes("\x02\x01\x00\x01\x00\x00\x01"), "cells do not ascend"},
      {ab + Bytes("\x02\x00\x00\x01\x00\x00\x01"), "cells do not ascend"},
      {ab + Bytes("\x02\x00\x01\x00\x01\x01\x00\x00\x01"), "cells do not ascend"},
      {ab + Bytes("\x02\x00\x00\x05\x01\x00\x01"), "no known kind"},
      {ab + Bytes("\x02\x00\x00\xFF\x01\x00\x01"), "no known kind"},
      {ab + Bytes("\x02\x00\x00\x00\x80\x00\x01\x00\x01"), "longer than it needs"},
      {ab + Bytes("\x01\x00\x00\x01"), "used by no cell"},
      {ab + Bytes("\x02\x00\x00\x01\x01\x00\x01\x00"), "follows the last cell"},
      // 9.2e18 and -9.2e18.
      {ab + Bytes("\x02\x00\x00\x00\x80\x80\xC0\xD9\xB3\xD0\xFB\xAC\xFF\x01"), "out of range"},
      {ab + Bytes("\x02\x00\x00\x00\xFF\xFF\xBF\xD9\xB3\xD0\xFB\xAC\xFF\x01"), "out of range"},
      {std::string(kMaxChunkBytes + 1, 'a'), "longer than a chunk"},
  };
  for (const auto& test : cases) {
    const auto result = DecodeChunk(test.bytes);
    ASSERT_THAT(result, HasReason(Reason::kCellsCorrupt)) << test.words;
    ASSERT_THAT(result, StatusIs(absl::StatusCode::kDataLoss));
    EXPECT_THAT(std::string(result.status().message()), HasSubstr(test.words));
    EXPECT_THAT(std::string(result.status().message()), StartsWith("a chunk of cells is damaged"));
  }
}

// 188 cells of one text of 256 bytes each have 49,136 bytes here, but the writer reckons with
// 49,264.
TEST(DecodeChunkTest, RefusesOneCellMoreThanTheWriterPutsIntoAChunk) {
  const auto chunk_of = [](int count) {
    ByteWriter writer;
    writer.Raw("ORC\x01");
    writer.Varint(count);
    for (int i = 0; i < count; ++i) writer.Text(absl::StrFormat("%0256d", i));
    writer.Varint(count);
    for (int i = 0; i < count; ++i) {
      writer.Varint(i);
      writer.Raw(Bytes("\x00\x01"));
    }
    return writer.Take();
  };
  EXPECT_THAT(DecodeChunk(chunk_of(187)), IsOk());
  const std::string chunk = chunk_of(188);
  EXPECT_LE(chunk.size(), kMaxChunkBytes);
  const auto result = DecodeChunk(chunk);
  EXPECT_THAT(result, HasReason(Reason::kCellsCorrupt));
  EXPECT_THAT(std::string(result.status().message()), HasSubstr("more cells than its writer"));
}

TEST(DecodeChunkTest, RefusesEveryCutAndEveryExtension) {
  const std::string chunk = ExampleChunk();
  for (size_t size = 0; size < chunk.size(); ++size) {
    EXPECT_THAT(DecodeChunk(absl::string_view(chunk).substr(0, size)),
                HasReason(Reason::kCellsCorrupt));
  }
  EXPECT_THAT(DecodeChunk(chunk + '\0'), HasReason(Reason::kCellsCorrupt));
}

}  // namespace
}  // namespace onereturn

// A set of cells has one chunk, and a chunk one set of cells: properties of PackCells and
// DecodeChunk together.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/cells/cell_chunk.h"

namespace onereturn {
namespace {

using CellKey = std::pair<std::string, std::map<std::string, std::string>>;

// Few and similar texts, so that keys share starts and order matters.
rc::Gen<std::string> AnyText() {
  return rc::gen::elementOf(std::vector<std::string>{"A", "AE", "AE01", "AE02", "a", "B",
                                                     "\xC3\xB4", "\xF0\x9F\x98\x80", "0-17",
                                                     std::string(200, 'x')});
}

rc::Gen<CellKey> AnyKey() {
  return rc::gen::pair(AnyText(),
                       rc::gen::resize(4, rc::gen::container<std::map<std::string, std::string>>(
                                              AnyText(), AnyText())));
}

// Distinct cells, in the order that an independent map of maps gives them.
std::vector<Cell> AnyCells(int most) {
  const auto keys = *rc::gen::resize(most, rc::gen::container<std::map<CellKey, int64_t>>(
                                               AnyKey(), rc::gen::arbitrary<int64_t>()));
  std::vector<Cell> cells;
  for (const auto& [key, number] : keys) {
    Cell& cell = cells.emplace_back();
    cell.item = key.first;
    for (const auto& [dimension, value] : key.second) cell.dimensions.push_back({dimension, value});
    if (number % 5 != 0) {
      cell.value = Decimal::FromMillionths(number % Decimal::kLimitMillionths);
    } else {
      cell.null_reason = static_cast<NullReason>(1 + static_cast<uint64_t>(number) % 4);
    }
  }
  return cells;
}

void Shuffle(std::vector<Cell>& cells) {
  std::mt19937 random(*rc::gen::arbitrary<uint32_t>());
  std::shuffle(cells.begin(), cells.end(), random);
  for (Cell& cell : cells) std::shuffle(cell.dimensions.begin(), cell.dimensions.end(), random);
}

TEST(CellChunkPropertyTest, CellsComeBackSortedWhateverTheirOrderWas) {
  EXPECT_TRUE(rc::check([] {
    const std::vector<Cell> sorted = AnyCells(60);
    std::vector<Cell> shuffled = sorted;
    Shuffle(shuffled);
    const auto chunks = PackCells(sorted);
    RC_ASSERT(chunks.ok());
    RC_ASSERT(PackCells(shuffled) == chunks);
    std::vector<Cell> decoded;
    for (const std::string& chunk : *chunks) {
      const auto part = DecodeChunk(chunk);
      RC_ASSERT(part.ok());
      decoded.insert(decoded.end(), part->begin(), part->end());
    }
    RC_ASSERT(decoded == sorted);
  }));
}

// Whatever bytes a chunk is turned into: refused, or the one chunk of the cells that it then holds.
TEST(CellChunkPropertyTest, AnAcceptedChunkIsTheOneThatIsWritten) {
  EXPECT_TRUE(rc::check([] {
    const std::vector<Cell> cells = AnyCells(8);
    RC_PRE(!cells.empty());
    std::string bytes = PackCells(cells)->at(0);
    const int changes = *rc::gen::inRange(1, 4);
    for (int i = 0; i < changes; ++i) {
      const size_t place = *rc::gen::inRange<size_t>(0, bytes.size());
      switch (*rc::gen::inRange(0, 3)) {
        case 0:
          bytes[place] = static_cast<char>(*rc::gen::inRange(0, 256));
          break;
        case 1:
          bytes[place] ^= static_cast<char>(1 << *rc::gen::inRange(0, 8));
          break;
        default:
          bytes.insert(place, 1, static_cast<char>(*rc::gen::inRange(0, 4)));
      }
    }
    const auto decoded = DecodeChunk(bytes);
    RC_CLASSIFY(decoded.ok());
    if (!decoded.ok()) return;
    const auto packed = PackCells(*decoded);
    RC_ASSERT(packed.ok());
    RC_ASSERT(packed->size() == 1u);
    RC_ASSERT(packed->at(0) == bytes);
  }));
}

// Many cells over many chunks: each is within its limits, and together they are the cells.
TEST(CellChunkPropertyTest, ManyChunksTogetherAreTheCells) {
  std::vector<Cell> cells;
  for (int i = 0; i < 30'000; ++i) {
    Cell& cell = cells.emplace_back();
    cell.item = absl::StrCat("ITEM", i % 700);
    cell.dimensions = {{"age", absl::StrCat("band ", i / 700)}, {"sex", "F"}};
    cell.value = Decimal::FromMillionths(int64_t{i} * 999'983);
  }
  const auto chunks = PackCells(cells);
  ASSERT_TRUE(chunks.ok());
  std::vector<Cell> decoded;
  for (const std::string& chunk : *chunks) {
    EXPECT_LE(chunk.size(), kMaxChunkBytes);
    const auto part = DecodeChunk(chunk);
    ASSERT_TRUE(part.ok()) << part.status();
    EXPECT_LE(part->size(), kMaxCellsPerChunk);
    decoded.insert(decoded.end(), part->begin(), part->end());
  }
  const auto by_key = [](const Cell& a, const Cell& b) {
    return std::tie(a.item, a.dimensions) < std::tie(b.item, b.dimensions);
  };
  std::sort(cells.begin(), cells.end(), by_key);
  EXPECT_EQ(decoded, cells);
}

}  // namespace
}  // namespace onereturn

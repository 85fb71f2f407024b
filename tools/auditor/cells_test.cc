// Goal: the auditor reads exactly the chunks of the grammar. Method: bytes written by hand from it,
// and every way to break them.
#include "tools/auditor/cells.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace onereturn::auditor {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

std::string Bytes(std::initializer_list<int> bytes) {
  std::string text;
  for (const int byte : bytes) text.push_back(static_cast<char>(byte));
  return text;
}

// Three texts a, b, c; a with [b=c] is 1.5, a alone was not collected: a cell without dimensions
// comes first.
const std::string kChunk = "ORC\x01" + Bytes({3, 1, 'a', 1, 'b', 1,    'c',  //
                                              2,                             //
                                              0, 0, 1,                       //
                                              0, 1, 1,   2, 0,   0xc0, 0x8d, 0xb7, 0x01});

std::optional<std::string> FaultOf(const std::string& bytes) {
  std::vector<Cell> cells;
  return ReadChunk(bytes, &cells);
}

TEST(CellsTest, ReadsAChunkWrittenByHand) {
  std::vector<Cell> cells;
  ASSERT_EQ(ReadChunk(kChunk, &cells), std::nullopt);
  ASSERT_EQ(cells.size(), 2u);
  EXPECT_EQ(cells[0], (Cell{"a", {}, std::nullopt, 1}));
  EXPECT_EQ(cells[1], (Cell{"a", {{"b", "c"}}, 1'500'000, 0}));
  EXPECT_EQ(NameOf(cells[1]), "a[b=c]");
}

TEST(CellsTest, RefusesWhatIsNotTheOneForm) {
  std::string other = kChunk;
  other[3] = 2;
  EXPECT_THAT(FaultOf(other), Optional(HasSubstr("does not begin")));
  EXPECT_THAT(FaultOf(kChunk + "x"), Optional(HasSubstr("follows the last cell")));
  other = kChunk;
  other[6] = 'b';  // The text a becomes a second b.
  EXPECT_THAT(FaultOf(other), Optional(HasSubstr("texts do not ascend")));
  other = kChunk;
  other[6] = '\xff';
  EXPECT_THAT(FaultOf(other), Optional(HasSubstr("not UTF-8")));
  other = kChunk;
  other[14] = 5;
  EXPECT_THAT(FaultOf(other), Optional(HasSubstr("no known kind")));
  // 2 cells written in two bytes.
  other = kChunk.substr(0, 11) + Bytes({0x82, 0x00}) + kChunk.substr(12);
  EXPECT_THAT(FaultOf(other), Optional(HasSubstr("longer than it needs")));
  // One cell alone leaves two texts unused.
  other = "ORC\x01" + Bytes({3, 1, 'a', 1, 'b', 1, 'c', 1, 0, 0, 1});
  EXPECT_THAT(FaultOf(other), Optional(HasSubstr("used by no cell")));
  // The two cells the other way about.
  other = "ORC\x01" + Bytes({3, 1, 'a', 1, 'b', 1, 'c', 2, 0, 1, 1, 2, 1, 0, 0, 1});
  EXPECT_THAT(FaultOf(other), Optional(HasSubstr("cells do not ascend")));
  for (size_t size = 0; size < kChunk.size(); ++size) {
    EXPECT_NE(FaultOf(kChunk.substr(0, size)), std::nullopt) << size;
  }
}

TEST(CellsTest, TheContentHashIsOverTheDigestsInOrder) {
  const Hash digest = Sha256(kChunk);
  EXPECT_EQ(CellDigest({digest}),
            Sha256(std::string("onereturn cells 1\0", 18) + std::string(View(digest))));
}

}  // namespace
}  // namespace onereturn::auditor

#include "common/base/nfc.h"

#include <gtest/gtest.h>

#include <string>

namespace onereturn {
namespace {

TEST(NfcTest, OneWayToWriteEachText) {
  EXPECT_TRUE(IsNfc(""));
  EXPECT_TRUE(IsNfc("Ysbyty Gwynedd"));
  EXPECT_TRUE(IsNfc("Caf\xC3\xA9"));                // U+00E9.
  EXPECT_FALSE(IsNfc("Cafe\xCC\x81"));              // U+0065 U+0301.
  EXPECT_FALSE(IsNfc("\xE2\x84\xAB"));              // The Angstrom sign is written as U+00C5.
  EXPECT_TRUE(IsNfc("\xC3\x85"));                   // U+00C5.
  EXPECT_FALSE(IsNfc("a\xCC\x81\xCC\xA3"));         // Marks out of order.
  EXPECT_TRUE(IsNfc("q\xCC\xA3\xCC\x81"));          // No composed form; in order.
  EXPECT_TRUE(IsNfc("\xED\x95\x9C"));               // A Hangul syllable.
  EXPECT_FALSE(IsNfc("\xE1\x84\x92\xE1\x85\xA1"));  // Its parts.
  EXPECT_FALSE(IsNfc("\xFF"));
  EXPECT_FALSE(IsNfc("caf\xC3"));
}

TEST(NfcTest, ARowOfMarksIsBounded) {
  std::string marks = "a";
  for (int i = 0; i < 30; ++i) marks += "\xCC\xA1";  // A mark that composes with nothing.
  EXPECT_TRUE(IsNfc(marks));
  EXPECT_FALSE(IsNfc(marks + "\xCC\xA1"));
}

}  // namespace
}  // namespace onereturn

#include "common/base/big_endian.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"

namespace onereturn {
namespace {

std::string HexOf(uint64_t value, size_t size) {
  std::string bytes;
  AppendBigEndian(value, size, &bytes);
  return absl::BytesToHexString(bytes);
}

TEST(BigEndianTest, TheMostSignificantByteIsFirst) {
  EXPECT_EQ(HexOf(0x0102030405060708, 8), "0102030405060708");
  EXPECT_EQ(HexOf(0xfffefdfc, 4), "fffefdfc");
  EXPECT_EQ(HexOf(258, 2), "0102");
  EXPECT_EQ(HexOf(7, 1), "07");
  EXPECT_EQ(FromBigEndian(absl::HexStringToBytes("fffefdfcfbfaf9f8")), 0xfffefdfcfbfaf9f8);
  EXPECT_EQ(FromBigEndian(absl::HexStringToBytes("0102")), 258u);
  EXPECT_EQ(FromBigEndian(""), 0u);
}

TEST(BigEndianTest, OneIsTakenOffTheFront) {
  std::string bytes;
  AppendBigEndianU64(1, &bytes);
  AppendBigEndianU64(~uint64_t{0}, &bytes);
  absl::string_view rest = bytes;
  EXPECT_EQ(TakeBigEndianU64(&rest), 1u);
  EXPECT_EQ(TakeBigEndianU64(&rest), ~uint64_t{0});
  EXPECT_TRUE(rest.empty());
}

}  // namespace
}  // namespace onereturn

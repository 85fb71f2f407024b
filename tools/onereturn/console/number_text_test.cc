// Goal: numbers are shown as a reader expects, in tables of values worked out by hand.
#include "tools/onereturn/console/number_text.h"

#include <limits>

#include "gtest/gtest.h"

namespace onereturn::client {
namespace {

TEST(NumberText, GroupsTheFirstRunOfDigits) {
  EXPECT_EQ(WithThousands("2370221 patients"), "2,370,221 patients");
  EXPECT_EQ(WithThousands("-1234.56789"), "-1,234.56789");
  EXPECT_EQ(WithThousands("999"), "999");
  EXPECT_EQ(WithThousands("1000"), "1,000");
  EXPECT_EQ(WithThousands("1,000,000"), "1,000,000");
  EXPECT_EQ(WithThousands("74.3 %"), "74.3 %");
  EXPECT_EQ(WithThousands(""), "");
  EXPECT_EQ(WithThousands("none"), "none");
  EXPECT_EQ(WithThousands(uint64_t{18'446'744'073'709'551'615u}), "18,446,744,073,709,551,615");
}

TEST(NumberText, RoundsHalfAwayFromZeroOnTheShownDecimal) {
  EXPECT_EQ(FixedNumber(74.35, 1), "74.4");  // The double is just below 74.35.
  EXPECT_EQ(FixedNumber(-74.35, 1), "-74.4");
  EXPECT_EQ(FixedNumber(0.5, 0), "1");
  EXPECT_EQ(FixedNumber(2.5, 0), "3");
  EXPECT_EQ(FixedNumber(99.95, 1), "100.0");
  EXPECT_EQ(FixedNumber(1234567.891, 2), "1,234,567.89");
  EXPECT_EQ(FixedNumber(70, 1), "70.0");
  EXPECT_EQ(FixedNumber(-0.04, 1), "0.0");
  EXPECT_EQ(FixedNumber(1e-9, 2), "0.00");
  EXPECT_EQ(FixedNumber(std::numeric_limits<double>::infinity(), 1), "");
  EXPECT_EQ(FixedNumber(std::numeric_limits<double>::quiet_NaN(), 1), "");
}

TEST(NumberText, MillionthsAreExact) {
  EXPECT_EQ(MillionthsText(5'536'000'000), "5,536");
  EXPECT_EQ(MillionthsText(500'000), "0.5");
  EXPECT_EQ(MillionthsText(-1), "-0.000001");
  EXPECT_EQ(MillionthsText(std::numeric_limits<int64_t>::min()), "-9,223,372,036,854.775808");
}

TEST(NumberText, DurationsBytesAndCounts) {
  EXPECT_EQ(DurationText(411'999), "411 ms");
  EXPECT_EQ(DurationText(3'290'000), "3.2 s");
  EXPECT_EQ(DurationText(125'000'000), "2 min 05 s");
  EXPECT_EQ(DurationText(-5), "0 ms");
  EXPECT_EQ(BytesText(1'023), "1023 B");
  EXPECT_EQ(BytesText(65'536), "64.0 KiB");
  EXPECT_EQ(BytesText(1'572'864), "1.5 MiB");
  EXPECT_EQ(Count(1, "return"), "1 return");
  EXPECT_EQ(Count(4'866, "return"), "4,866 returns");
}

}  // namespace
}  // namespace onereturn::client

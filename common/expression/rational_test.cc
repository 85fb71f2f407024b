// Goal: exact arithmetic, and overflow that is always seen. Method: tables at the edges of 128
// bits, and a naive model on small integers.
#include "common/expression/rational.h"

#include <rapidcheck.h>

#include <cstdlib>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

constexpr Int128 kGreatest = (Int128{1} << 126) - 1 + (Int128{1} << 126);  // 2^127 - 1

Rational Of(Int128 numerator, Int128 denominator = 1) {
  const auto rational = Rational::Make(numerator, denominator);
  EXPECT_TRUE(rational.has_value());
  return rational.value_or(Rational());
}

TEST(RationalTest, LowestTerms) {
  EXPECT_EQ(Of(6, 4), Of(3, 2));
  EXPECT_EQ(Of(6, -4), Of(-3, 2));
  EXPECT_EQ(Of(-6, -4), Of(3, 2));
  EXPECT_EQ(Of(0, -7), Rational());
  EXPECT_TRUE(Of(8, 4).IsWhole());
  EXPECT_FALSE(Of(9, 4).IsWhole());
  EXPECT_EQ(Rational::Make(1, 0), std::nullopt);
}

TEST(RationalTest, FromMillionths) {
  EXPECT_EQ(Rational::FromMillionths(2'500'000), Of(5, 2));
  EXPECT_EQ(Rational::FromMillionths(-1), Of(-1, 1'000'000));
  EXPECT_EQ(Rational::FromMillionths(0), Rational());
  // -2^127, whose magnitude is beyond the bound until it is divided by 64: -2^121 / 15625.
  EXPECT_EQ(Rational::FromMillionths(-kGreatest - 1), Of(-(Int128{1} << 121), 15'625));
  EXPECT_EQ(Rational::FromDecimal(Decimal::FromMillionths(1'500'000)), Of(3, 2));
}

TEST(RationalTest, Arithmetic) {
  EXPECT_EQ(Rational::Add(Of(1, 6), Of(1, 10)), Of(4, 15));
  EXPECT_EQ(Rational::Add(Of(1, 6), Of(-1, 6)), Rational());
  EXPECT_EQ(Rational::Subtract(Of(1, 3), Of(1, 2)), Of(-1, 6));
  EXPECT_EQ(Rational::Multiply(Of(2, 3), Of(-9, 4)), Of(-3, 2));
  EXPECT_EQ(Rational::Multiply(Of(0), Of(5, 7)), Rational());
  EXPECT_EQ(Rational::Divide(Of(1), Of(-3)), Of(-1, 3));
  EXPECT_EQ(Of(-5, 3).Absolute(), Of(5, 3));
  EXPECT_EQ(Of(5, 3).Negated(), Of(-5, 3));
}

TEST(RationalTest, OverflowIsSeen) {
  const Rational greatest = Of(kGreatest);
  EXPECT_EQ(Rational::Add(greatest, Of(1)), std::nullopt);
  EXPECT_EQ(Rational::Subtract(greatest.Negated(), Of(1)), std::nullopt);
  EXPECT_EQ(Rational::Add(greatest, Of(-1)), Of(kGreatest - 1));
  EXPECT_EQ(Rational::Multiply(greatest, Of(2)), std::nullopt);
  EXPECT_EQ(Rational::Multiply(Of(1, kGreatest), Of(1, 2)), std::nullopt);
  EXPECT_EQ(Rational::Multiply(greatest, Of(1, kGreatest)), Of(1));
  EXPECT_EQ(Rational::Multiply(Of(Int128{1} << 64), Of(Int128{1} << 63)), std::nullopt);
  EXPECT_EQ(Rational::Multiply(Of(Int128{1} << 63), Of(Int128{1} << 63)), Of(Int128{1} << 126));
  EXPECT_EQ(Rational::Divide(greatest, greatest), Of(1));
  EXPECT_EQ(Rational::Add(Of(1, kGreatest), Of(1, kGreatest - 1)), std::nullopt);
  EXPECT_EQ(Rational::Make(-kGreatest - 1, 1), std::nullopt);
  EXPECT_EQ(Rational::Make(-kGreatest - 1, 2), Of(-(Int128{1} << 126)));
}

TEST(RationalTest, ComparisonNeverOverflows) {
  EXPECT_EQ(Rational::Compare(Of(1, 3), Of(1, 3)), 0);
  EXPECT_LT(Rational::Compare(Of(1, 3), Of(1, 2)), 0);
  EXPECT_GT(Rational::Compare(Of(-1, 3), Of(-1, 2)), 0);
  EXPECT_LT(Rational::Compare(Of(-1), Of(0)), 0);
  EXPECT_GT(Rational::Compare(Of(1), Of(0)), 0);
  // n/(n-1) falls towards 1 as n rises: the two differ in the 77th digit.
  EXPECT_LT(Rational::Compare(Of(kGreatest, kGreatest - 1), Of(kGreatest - 1, kGreatest - 2)), 0);
  EXPECT_GT(Rational::Compare(Of(kGreatest - 1, kGreatest), Of(kGreatest - 2, kGreatest - 1)), 0);
}

TEST(RationalTest, RoundedIsTheNearestWholeNumberHalfwayAwayFromZero) {
  EXPECT_EQ(Of(5, 2).Rounded(), Of(3));
  EXPECT_EQ(Of(-5, 2).Rounded(), Of(-3));
  EXPECT_EQ(Of(7, 3).Rounded(), Of(2));
  EXPECT_EQ(Of(-8, 3).Rounded(), Of(-3));
  EXPECT_EQ(Of(-1, 3).Rounded(), Of(0));
  EXPECT_EQ(Of(12).Rounded(), Of(12));
  // Nothing on the way leaves the bound.
  EXPECT_EQ(Of(kGreatest).Rounded(), Of(kGreatest));
  EXPECT_EQ(Of(kGreatest, 2).Rounded(), Of(Int128{1} << 126));
  EXPECT_EQ(Of(-kGreatest, 2).Rounded(), Of(-(Int128{1} << 126)));
  EXPECT_EQ(Of(kGreatest - 1, kGreatest).Rounded(), Of(1));
  EXPECT_EQ(Of(kGreatest / 2, kGreatest).Rounded(), Of(0));
}

TEST(RationalTest, Text) {
  EXPECT_EQ(Of(5, 2).ToString(), "2.5");
  EXPECT_EQ(Of(-7, 3).ToString(), "-7/3");
  EXPECT_EQ(Of(0).ToString(), "0");
  EXPECT_EQ(Of(-1, 1'000'000).ToString(), "-0.000001");
  EXPECT_EQ(Of(kGreatest).ToString(), "170141183460469231731687303715884105727");
  // Two digits would do, but the millionths do not fit.
  EXPECT_EQ(Of(kGreatest, 4).ToString(), "170141183460469231731687303715884105727/4");
}

TEST(RationalTest, ToDecimal) {
  EXPECT_EQ(*Of(5, 2).ToDecimal(), *Decimal::Parse("2.5"));
  EXPECT_EQ(Of(1, 3).ToDecimal().status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Of(9'200'000'000'000).ToDecimal().status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Of(kGreatest).ToDecimal().status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Of(1, 4).ToDouble(), 0.25);
}

TEST(RationalTest, AgreesWithNaiveFractions) {
  EXPECT_TRUE(rc::check("a/b op c/d", [] {
    const int64_t a = *rc::gen::inRange(-50, 51), b = *rc::gen::inRange(1, 51);
    const int64_t c = *rc::gen::inRange(-50, 51), d = *rc::gen::inRange(1, 51);
    const Rational x = Of(a, b), y = Of(c, d);
    RC_ASSERT(Rational::Add(x, y) == Rational::Make(a * d + c * b, b * d));
    RC_ASSERT(Rational::Subtract(x, y) == Rational::Make(a * d - c * b, b * d));
    RC_ASSERT(Rational::Multiply(x, y) == Rational::Make(a * c, b * d));
    if (c != 0) RC_ASSERT(Rational::Divide(x, y) == Rational::Make(a * d, b * c));
    // Half away from zero, the other way round: the floor of the magnitude and a half.
    const int64_t magnitude = (2 * std::abs(a) + b) / (2 * b);
    RC_ASSERT(x.Rounded() == Of(a < 0 ? -magnitude : magnitude));
    const int64_t difference = a * d - c * b;
    RC_ASSERT(Rational::Compare(x, y) == (difference > 0) - (difference < 0));
  }));
}

}  // namespace
}  // namespace onereturn

// Goal: a ratio is never rounded until it is shown, and then half away from zero.
// Method: figures computed beforehand with arbitrary-precision fractions, published percentages,
// and properties against cross multiplication in integers.
#include "common/decimal/ratio.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace onereturn {
namespace {

constexpr Int128 kMost = ~(Int128{1} << 127);
constexpr Int128 kLeast = -kMost - 1;
constexpr int64_t kMostFactor = std::numeric_limits<int64_t>::max();
constexpr int64_t kLeastFactor = std::numeric_limits<int64_t>::min();

Ratio OfWhole(int64_t numerator, int64_t denominator, int64_t factor) {
  return Ratio(Int128{numerator} * Decimal::kMillion, Int128{denominator} * Decimal::kMillion,
               factor);
}

TEST(RatioTest, DisplaysPublishedFigures) {
  // Diagnostic waits August 2024, cancer 28 days April 2024, beds 2024/25 Q2, England.
  EXPECT_EQ(OfWhole(374'205, 1'562'141, 100).Display(6), "23.954624");
  EXPECT_EQ(OfWhole(197'882, 269'798, 100).Display(6), "73.344502");
  EXPECT_EQ(Ratio(93'664'402'174, 103'656'228'261, 100).Display(6), "90.360612");
}

TEST(RatioTest, RoundsHalfAwayFromZero) {
  struct Case {
    Ratio ratio;
    int places;
    const char* text;
  };
  const std::vector<Case> cases = {
      {OfWhole(1, 8, 1), 2, "0.13"},
      {OfWhole(-1, 8, 1), 2, "-0.13"},
      {OfWhole(1, -8, 1), 2, "-0.13"},
      {OfWhole(-1, -8, 1), 2, "0.13"},
      {OfWhole(1, 8, -1), 2, "-0.13"},
      {OfWhole(1, 8, 1), 3, "0.125"},
      {OfWhole(1, 2, 1), 0, "1"},
      {OfWhole(-1, 2, 1), 0, "-1"},
      {OfWhole(3, 2, 1), 0, "2"},
      {OfWhole(5, 2, 1), 0, "3"},
      {OfWhole(49, 100, 1), 0, "0"},
      {OfWhole(-4, 100, 1), 1, "0.0"},
      {OfWhole(-5, 100, 1), 1, "-0.1"},
      // The double nearest to 1.005 lies below it: rounding that would show 1.00.
      {OfWhole(1005, 1000, 1), 2, "1.01"},
      {OfWhole(2675, 1000, 1), 2, "2.68"},
      {OfWhole(9995, 10'000, 100), 1, "100.0"},
      {OfWhole(9994, 10'000, 100), 1, "99.9"},
      {OfWhole(2, 3, 100), 1, "66.7"},
      {OfWhole(0, 7, 100), 1, "0.0"},
      {OfWhole(0, -7, 100), 0, "0"},
      {OfWhole(7, 1, 1), 6, "7.000000"},
      {OfWhole(1, 3, 100'000), 1, "33333.3"},
      {Ratio(1, 2'000'000, 1), 6, "0.000001"},
      {Ratio(-1, 2'000'000, 1), 6, "-0.000001"},
      {Ratio(1, 2'000'001, 1), 6, "0.000000"},
      {OfWhole(5, 1, 0), 1, "0.0"},
  };
  for (const Case& c : cases) EXPECT_EQ(c.ratio.Display(c.places), c.text);
}

TEST(RatioTest, DisplaysTheWidestOperands) {
  struct Case {
    Ratio ratio;
    int places;
    const char* text;
  };
  const std::vector<Case> cases = {
      {Ratio(kMost, 1, kMostFactor), 6,
       "1569275433846670190788806172341447372284678185363269746689.000000"},
      {Ratio(kMost, 3, kMostFactor), 6,
       "523091811282223396929602057447149124094892728454423248896.333333"},
      {Ratio(kLeast, 1, kLeastFactor), 6,
       "1569275433846670190958947355801916604025588861116008628224.000000"},
      {Ratio(kLeast, kLeast, 100), 6, "100.000000"},
      {Ratio(kLeast, kMost, 1), 6, "-1.000000"},
      {Ratio(kMost, kLeast, 100), 3, "-100.000"},
      {Ratio(1, kMost, kMostFactor), 6, "0.000000"},
  };
  for (const Case& c : cases) EXPECT_EQ(c.ratio.Display(c.places), c.text);
}

TEST(RatioTest, ZeroDenominatorHasNoValue) {
  for (const Ratio& ratio : {Ratio(), OfWhole(0, 0, 100), OfWhole(5, 0, 100), OfWhole(-5, 0, 1)}) {
    EXPECT_FALSE(ratio.HasValue());
    EXPECT_EQ(ratio.Value(), std::nullopt);
    EXPECT_EQ(ratio.Display(1), std::nullopt);
    EXPECT_EQ(Ratio::Compare(ratio, OfWhole(1, 2, 1)), std::partial_ordering::unordered);
    EXPECT_EQ(Ratio::Compare(OfWhole(1, 2, 1), ratio), std::partial_ordering::unordered);
    EXPECT_EQ(Ratio::Compare(ratio, ratio), std::partial_ordering::unordered);
  }
}

TEST(RatioTest, ValueIsTheDocumentedOperations) {
  EXPECT_EQ(OfWhole(374'205, 1'562'141, 100).Value(), 374205.0 / 1562141.0 * 100.0);
  EXPECT_EQ(OfWhole(1, 3, 1).Value(), 1.0 / 3.0);
  EXPECT_EQ(OfWhole(1, 3, 100).Value(), 1.0 / 3.0 * 100.0);
  EXPECT_EQ(OfWhole(-3, -7, 1).Value(), 3.0 / 7.0);
  // Far beyond 2^53 millionths, and still the double of 3/7.
  const Int128 wide = Int128{100'000'000'000'000'001} * Decimal::kMillion;
  EXPECT_EQ(Ratio(3 * wide, 7 * wide, 1).Value(), 3.0 / 7.0);
  EXPECT_EQ(Ratio(-3 * wide, 7 * wide, 1).Value(), -3.0 / 7.0);
  EXPECT_EQ(Ratio(kLeast, kLeast, 1).Value(), 1.0);
  EXPECT_EQ(Ratio(kLeast, -1, 1).Value(), std::ldexp(1.0, 127));
  // No common divisor: the quotient of the two nearest doubles.
  EXPECT_EQ(Ratio(190'123'456'789'123'457, 311'234'567'890'654'321, 1).Value(),
            0x1.38c3c85a5313cp-1);
}

TEST(RatioTest, ZeroIsPositiveZero) {
  for (const Ratio& ratio : {OfWhole(0, -5, 100), OfWhole(0, 5, -100), OfWhole(-5, 5, 0)}) {
    ASSERT_TRUE(ratio.Value().has_value());
    EXPECT_EQ(*ratio.Value(), 0.0);
    EXPECT_FALSE(std::signbit(*ratio.Value()));
  }
}

TEST(RatioTest, ComparesExactly) {
  EXPECT_EQ(Ratio::Compare(OfWhole(1, 2, 1), OfWhole(2, 4, 1)), std::partial_ordering::equivalent);
  EXPECT_EQ(Ratio::Compare(OfWhole(1, 2, 100), OfWhole(50, 1, 1)),
            std::partial_ordering::equivalent);
  EXPECT_NE(OfWhole(1, 2, 1), OfWhole(2, 4, 1));
  EXPECT_EQ(Ratio::Compare(OfWhole(-1, 2, 1), OfWhole(1, 2, 1)), std::partial_ordering::less);
  EXPECT_EQ(Ratio::Compare(OfWhole(-1, 2, 1), OfWhole(-1, 3, 1)), std::partial_ordering::less);
  EXPECT_EQ(Ratio::Compare(OfWhole(0, 2, 1), OfWhole(0, -9, 5)), std::partial_ordering::equivalent);
  EXPECT_EQ(Ratio::Compare(OfWhole(0, 2, 1), OfWhole(1, -9, 5)), std::partial_ordering::greater);
  // The doubles of these two are the same.
  const Ratio below(kMost - 1, kMost, 1);
  const Ratio one(kMost, kMost, 1);
  EXPECT_EQ(below.Value(), one.Value());
  EXPECT_EQ(Ratio::Compare(below, one), std::partial_ordering::less);
  EXPECT_EQ(Ratio::Compare(Ratio(kLeast, 1, kLeastFactor), Ratio(kMost, 1, kMostFactor)),
            std::partial_ordering::greater);
}

TEST(RatioDeathTest, PlacesAreZeroToSix) {
  EXPECT_DEATH(OfWhole(1, 2, 1).Display(7), "check failed");
  EXPECT_DEATH(OfWhole(1, 2, 1).Display(-1), "check failed");
}

rc::Gen<int64_t> Small() { return rc::gen::inRange<int64_t>(-2'000'000'000, 2'000'000'001); }

Int128 AnyWide() {
  const Int128 high = *rc::gen::oneOf(rc::gen::just<int64_t>(0), rc::gen::arbitrary<int64_t>());
  return high * (Int128{1} << 63) + *rc::gen::arbitrary<int64_t>();
}

TEST(RatioPropertyTest, DisplayIsTheNearestDecimal) {
  EXPECT_TRUE(rc::check("display equals integer rounding of the exact fraction", [] {
    const Int128 numerator = *Small();
    const Int128 denominator = *rc::gen::suchThat(Small(), [](int64_t d) { return d != 0; });
    const int64_t factor = *rc::gen::element<int64_t>(1, 100, 1000, 100'000, -1);
    const int places = *rc::gen::inRange(0, 7);
    Int128 scale = 1;
    for (int place = 0; place < places; ++place) scale *= 10;
    const Int128 top = numerator * factor * scale;
    const Int128 bottom = denominator < 0 ? -denominator : denominator;
    const bool negative = (top < 0) != (denominator < 0) && top != 0;
    const Int128 rounded = (2 * (top < 0 ? -top : top) + bottom) / (2 * bottom);
    std::string digits = MillionthsToString(rounded * Decimal::kMillion);
    if (digits.size() <= static_cast<size_t>(places)) {
      digits.insert(0, static_cast<size_t>(places) + 1 - digits.size(), '0');
    }
    if (places > 0) digits.insert(digits.size() - static_cast<size_t>(places), ".");
    if (negative && rounded != 0) digits.insert(0, "-");
    RC_ASSERT(Ratio(numerator, denominator, factor).Display(places) == digits);
  }));
}

TEST(RatioPropertyTest, CompareAgreesWithCrossMultiplication) {
  EXPECT_TRUE(rc::check("compare equals the sign of a*d - c*b", [] {
    const auto denominators = rc::gen::inRange<int64_t>(1, 2'000'000'000);
    const Int128 a = *Small();
    const Int128 b = *denominators;
    const Int128 stretch = *rc::gen::inRange<int64_t>(1, 1000);
    const bool same = *rc::gen::arbitrary<bool>();
    const Int128 c = same ? a * stretch : Int128{*Small()};
    const Int128 d = same ? b * stretch : Int128{*denominators};
    const std::partial_ordering expected = a * d <=> c * b;
    RC_ASSERT(Ratio::Compare(Ratio(a, b, 100), Ratio(c, d, 100)) == expected);
    RC_ASSERT(Ratio::Compare(Ratio(a, b, -100), Ratio(c, d, -100)) == (c * b <=> a * d));
    // A change of sign above and below the line is no change.
    RC_ASSERT(Ratio::Compare(Ratio(-a, -b, 1), Ratio(c, d, 1)) == expected);
  }));
}

TEST(RatioPropertyTest, OrderIsTotalOnRatiosWithAValue) {
  EXPECT_TRUE(rc::check("antisymmetric and transitive for operands of any width", [] {
    std::vector<Ratio> ratios;
    for (int i = 0; i < 3; ++i) {
      const Int128 denominator = AnyWide();
      ratios.emplace_back(AnyWide(), denominator == 0 ? 1 : denominator,
                          *rc::gen::arbitrary<int64_t>());
    }
    const auto less_or_equal = [](const Ratio& left, const Ratio& right) {
      return Ratio::Compare(left, right) <= 0;
    };
    for (const Ratio& x : ratios) {
      RC_ASSERT((Ratio::Compare(x, x) == 0));
      for (const Ratio& y : ratios) {
        RC_ASSERT((Ratio::Compare(x, y) < 0) == (Ratio::Compare(y, x) > 0));
        for (const Ratio& z : ratios) {
          if (less_or_equal(x, y) && less_or_equal(y, z)) RC_ASSERT(less_or_equal(x, z));
        }
      }
    }
  }));
}

TEST(RatioPropertyTest, EqualRatiosHaveEqualDoubles) {
  EXPECT_TRUE(rc::check("multiplying above and below the line changes no bit", [] {
    const Int128 numerator = *Small();
    const Int128 denominator = *rc::gen::suchThat(Small(), [](int64_t d) { return d != 0; });
    const Int128 stretch = *rc::gen::inRange<int64_t>(1, std::numeric_limits<int64_t>::max());
    const Ratio plain(numerator, denominator, 100);
    const Ratio stretched(numerator * stretch, denominator * stretch, 100);
    RC_ASSERT(plain.Value() == stretched.Value());
    RC_ASSERT((Ratio::Compare(plain, stretched) == 0));
    RC_ASSERT(plain.Display(3) == stretched.Display(3));
  }));
}

}  // namespace
}  // namespace onereturn

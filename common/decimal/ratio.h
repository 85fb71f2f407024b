// The exact ratio that metric values, shares and percentages are kept as.
#ifndef ONERETURN_COMMON_DECIMAL_RATIO_H_
#define ONERETURN_COMMON_DECIMAL_RATIO_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "common/decimal/decimal.h"

namespace onereturn {

// numerator / denominator * factor, held as its three integers and never rounded: two signed sums
// in millionths and a whole factor (1 for a proportion, 100 for a percentage, 100,000 for a rate
// per 100,000). A zero denominator, over any numerator, is a legal ratio that has no value. A value
// type. Thread-compatible.
class Ratio {
 public:
  static constexpr int kMaxPlaces = 6;

  constexpr Ratio() = default;  // 0/0: has no value.
  constexpr Ratio(Int128 numerator_millionths, Int128 denominator_millionths, int64_t factor = 1)
      : numerator_(numerator_millionths), denominator_(denominator_millionths), factor_(factor) {}

  constexpr Int128 numerator_millionths() const { return numerator_; }
  constexpr Int128 denominator_millionths() const { return denominator_; }
  constexpr int64_t factor() const { return factor_; }
  constexpr bool HasValue() const { return denominator_ != 0; }

  // The double of the ratio, always computed in this order:
  //   1. where either integer lies beyond 2^53 in magnitude, both are divided by their greatest
  //      common divisor;
  //   2. each is converted to double, to nearest, ties to even (within 2^53 this is exact);
  //   3. one division, then one multiplication by (double)factor.
  // So, with one factor, ratios of equal value have equal doubles, and whole counts below 9e9 give
  // exactly the double that dividing the counts themselves gives. Zero is always +0.0. nullopt for
  // a zero denominator.
  std::optional<double> Value() const;

  // Compares the exact values, without rounding or overflow for any operands. `unordered` where
  // either has no value. 1/2 and 2/4 are equivalent here, but not equal under ==.
  static std::partial_ordering Compare(const Ratio& left, const Ratio& right);

  // The value with exactly `places` digits after the point (0 to 6, otherwise aborts), rounded half
  // away from zero in integers: 1/8 to two places is "0.13", -1/8 is "-0.13". A value that rounds
  // to zero carries no minus sign. nullopt for a zero denominator.
  std::optional<std::string> Display(int places) const;

  // Whether the three integers are the same.
  friend constexpr bool operator==(const Ratio& left, const Ratio& right) = default;

 private:
  Int128 numerator_ = 0;
  Int128 denominator_ = 0;
  int64_t factor_ = 1;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_DECIMAL_RATIO_H_

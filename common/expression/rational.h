// The exact number that expressions compute with.
#ifndef ONERETURN_COMMON_EXPRESSION_RATIONAL_H_
#define ONERETURN_COMMON_EXPRESSION_RATIONAL_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/decimal/decimal.h"

namespace onereturn {

// numerator / denominator in lowest terms, denominator above zero, both below 2^127 in magnitude.
// Never rounded. Arithmetic answers nullopt where the result, or a sum on the way to it, does not
// fit: an overflow is always seen and never undefined. Comparison never overflows. A value type;
// thread-compatible.
class Rational {
 public:
  constexpr Rational() = default;  // Zero.

  static Rational FromDecimal(Decimal decimal);
  static Rational FromMillionths(Int128 millionths);
  // nullopt for a zero denominator, or where the lowest terms do not fit.
  static std::optional<Rational> Make(Int128 numerator, Int128 denominator);

  constexpr Int128 numerator() const { return numerator_; }
  constexpr Int128 denominator() const { return denominator_; }
  bool IsWhole() const { return denominator_ == 1; }
  bool IsZero() const { return numerator_ == 0; }

  Rational Negated() const;
  Rational Absolute() const;
  // The nearest whole number; halfway between two the one further from zero.
  Rational Rounded() const;

  static std::optional<Rational> Add(const Rational& a, const Rational& b);
  static std::optional<Rational> Subtract(const Rational& a, const Rational& b);
  static std::optional<Rational> Multiply(const Rational& a, const Rational& b);
  // `b` must not be zero (checked, aborts): what a division by zero means is the caller's to say.
  static std::optional<Rational> Divide(const Rational& a, const Rational& b);

  // Below, equal to or above zero as a is less than, equal to or greater than b. Exact for all
  // operands.
  static int Compare(const Rational& a, const Rational& b);

  // INVALID_ARGUMENT where the value needs more than six fractional digits or is beyond a Decimal.
  absl::StatusOr<Decimal> ToDecimal() const;
  // Each part converted to the nearest double, then one division. For display, charts and the
  // limits of a chart only.
  double ToDouble() const;
  // "12.5" where six fractional digits suffice, otherwise "7/3".
  std::string ToString() const;

  // Lowest terms are unique, so equal values are equal member by member.
  friend constexpr bool operator==(const Rational& a, const Rational& b) = default;

 private:
  constexpr Rational(Int128 numerator, Int128 denominator)
      : numerator_(numerator), denominator_(denominator) {}

  Int128 numerator_ = 0;
  Int128 denominator_ = 1;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_EXPRESSION_RATIONAL_H_

#include "common/expression/rational.h"

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"

namespace onereturn {
namespace {

// All arithmetic is on magnitudes, which are unsigned and so cannot overflow into undefined
// behaviour; and a compiler's checked multiplication of signed 128-bit integers needs a run-time
// library function that not every toolchain links.
__extension__ typedef unsigned __int128 Magnitude;

constexpr Magnitude kMagnitudeMax = ~Magnitude{0} >> 1;

Magnitude MagnitudeOf(Int128 value) {
  return value < 0 ? Magnitude{0} - static_cast<Magnitude>(value) : static_cast<Magnitude>(value);
}

// `magnitude` is at most kMagnitudeMax.
Int128 Signed(Magnitude magnitude, bool negative) {
  const auto value = static_cast<Int128>(magnitude);
  return negative ? -value : value;
}

Magnitude GreatestCommonDivisor(Magnitude a, Magnitude b) {
  while (b != 0) {
    // Nearly all operands fit in 64 bits, where division is many times faster.
    if ((a >> 64) == 0 && (b >> 64) == 0) {
      auto x = static_cast<uint64_t>(a), y = static_cast<uint64_t>(b);
      while (y != 0) x = std::exchange(y, x % y);
      return x;
    }
    a = std::exchange(b, a % b);
  }
  return a;
}

std::optional<Magnitude> Product(Magnitude a, Magnitude b) {
  const bool narrow = (a >> 63) == 0 && (b >> 63) == 0;
  if (!narrow && a != 0 && b > kMagnitudeMax / a) return std::nullopt;
  return a * b;
}

std::optional<Int128> SignedProduct(Int128 a, Int128 b) {
  const auto product = Product(MagnitudeOf(a), MagnitudeOf(b));
  if (!product.has_value()) return std::nullopt;
  return Signed(*product, (a < 0) != (b < 0));
}

std::optional<Int128> Sum(Int128 a, Int128 b) {
  const Magnitude left = MagnitudeOf(a), right = MagnitudeOf(b);
  if ((a < 0) == (b < 0)) {
    if (left > kMagnitudeMax - right) return std::nullopt;
    return Signed(left + right, a < 0);
  }
  return left >= right ? Signed(left - right, a < 0) : Signed(right - left, b < 0);
}

// Compares a/b with c/d by their continued fractions: whole parts first, then the reciprocals of
// what is left, whose order is the reverse. No product is formed. b and d are above zero.
int CompareFractions(Magnitude a, Magnitude b, Magnitude c, Magnitude d) {
  int sense = 1;
  while (true) {
    const Magnitude left = a / b, right = c / d;
    if (left != right) return left < right ? -sense : sense;
    a %= b;
    c %= d;
    if (a == 0 || c == 0) {
      if (a == 0 && c == 0) return 0;
      return a == 0 ? -sense : sense;
    }
    std::swap(a, b);
    std::swap(c, d);
    sense = -sense;
  }
}

std::string DigitsOf(Int128 value) {
  std::string digits;
  Magnitude rest = MagnitudeOf(value);
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  } while (rest != 0);
  return value < 0 ? "-" + digits : digits;
}

}  // namespace

Rational Rational::FromDecimal(Decimal decimal) { return FromMillionths(decimal.millionths()); }

Rational Rational::FromMillionths(Int128 millionths) {
  const Magnitude magnitude = MagnitudeOf(millionths);
  // The one magnitude beyond the bound, 2^127, is divided by 2^6 here.
  const Magnitude divisor = GreatestCommonDivisor(magnitude, Decimal::kMillion);
  return Rational(Signed(magnitude / divisor, millionths < 0),
                  Decimal::kMillion / static_cast<Int128>(divisor));
}

std::optional<Rational> Rational::Make(Int128 numerator, Int128 denominator) {
  if (denominator == 0) return std::nullopt;
  Magnitude top = MagnitudeOf(numerator), bottom = MagnitudeOf(denominator);
  const Magnitude divisor = GreatestCommonDivisor(top, bottom);
  top /= divisor;
  bottom /= divisor;
  if (top > kMagnitudeMax || bottom > kMagnitudeMax) return std::nullopt;
  return Rational(Signed(top, (numerator < 0) != (denominator < 0)), Signed(bottom, false));
}

Rational Rational::Negated() const { return Rational(-numerator_, denominator_); }

Rational Rational::Absolute() const { return numerator_ < 0 ? Negated() : *this; }

Rational Rational::Rounded() const {
  Int128 whole = numerator_ / denominator_;
  const Int128 rest = numerator_ % denominator_;  // Of the numerator's sign.
  const Int128 away = rest < 0 ? -rest : rest;
  // Twice the rest might not fit. A whole number has no rest, so one more always does.
  if (away > 0 && away >= denominator_ - away) whole += numerator_ < 0 ? -1 : 1;
  return Rational(whole, 1);
}

std::optional<Rational> Rational::Add(const Rational& a, const Rational& b) {
  // The common divisor is taken out first, so that sums of decimals stay over at most a million.
  const auto divisor = static_cast<Int128>(
      GreatestCommonDivisor(MagnitudeOf(a.denominator_), MagnitudeOf(b.denominator_)));
  const Int128 left_scale = b.denominator_ / divisor, right_scale = a.denominator_ / divisor;
  const auto left = SignedProduct(a.numerator_, left_scale);
  const auto right = SignedProduct(b.numerator_, right_scale);
  if (!left.has_value() || !right.has_value()) return std::nullopt;
  const auto sum = Sum(*left, *right);
  if (!sum.has_value()) return std::nullopt;
  // Only factors of `divisor` can be shared by the sum and the common denominator.
  const auto shared =
      static_cast<Int128>(GreatestCommonDivisor(MagnitudeOf(*sum), MagnitudeOf(divisor)));
  const auto denominator = SignedProduct(right_scale, b.denominator_ / shared);
  if (!denominator.has_value()) return std::nullopt;
  return Rational(*sum / shared, *denominator);
}

std::optional<Rational> Rational::Subtract(const Rational& a, const Rational& b) {
  return Add(a, b.Negated());
}

std::optional<Rational> Rational::Multiply(const Rational& a, const Rational& b) {
  const auto across = static_cast<Int128>(
      GreatestCommonDivisor(MagnitudeOf(a.numerator_), MagnitudeOf(b.denominator_)));
  const auto back = static_cast<Int128>(
      GreatestCommonDivisor(MagnitudeOf(b.numerator_), MagnitudeOf(a.denominator_)));
  const auto numerator = SignedProduct(a.numerator_ / across, b.numerator_ / back);
  const auto denominator = SignedProduct(a.denominator_ / back, b.denominator_ / across);
  if (!numerator.has_value() || !denominator.has_value()) return std::nullopt;
  return Rational(*numerator, *denominator);
}

std::optional<Rational> Rational::Divide(const Rational& a, const Rational& b) {
  ONERETURN_CHECK(b.numerator_ != 0);
  const bool negative = b.numerator_ < 0;
  return Multiply(a, Rational(negative ? -b.denominator_ : b.denominator_,
                              negative ? -b.numerator_ : b.numerator_));
}

int Rational::Compare(const Rational& a, const Rational& b) {
  const bool a_negative = a.numerator_ < 0, b_negative = b.numerator_ < 0;
  if (a_negative != b_negative) return a_negative ? -1 : 1;
  const int order = CompareFractions(MagnitudeOf(a.numerator_), MagnitudeOf(a.denominator_),
                                     MagnitudeOf(b.numerator_), MagnitudeOf(b.denominator_));
  return a_negative ? -order : order;
}

absl::StatusOr<Decimal> Rational::ToDecimal() const {
  if (Decimal::kMillion % denominator_ != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("the value ", ToString(), " needs more than six digits after the point"));
  }
  const auto millionths = SignedProduct(numerator_, Decimal::kMillion / denominator_);
  if (!millionths.has_value()) {
    return absl::InvalidArgumentError("the value is too great for a cell");
  }
  return Decimal::FromWideMillionths(*millionths);
}

double Rational::ToDouble() const {
  return static_cast<double>(numerator_) / static_cast<double>(denominator_);
}

std::string Rational::ToString() const {
  if (denominator_ == 1) return DigitsOf(numerator_);
  if (Decimal::kMillion % denominator_ == 0) {
    const auto millionths = SignedProduct(numerator_, Decimal::kMillion / denominator_);
    if (millionths.has_value()) return MillionthsToString(*millionths);
  }
  return absl::StrCat(DigitsOf(numerator_), "/", DigitsOf(denominator_));
}

}  // namespace onereturn

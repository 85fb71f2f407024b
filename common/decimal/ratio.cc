#include "common/decimal/ratio.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "common/base/check.h"

namespace onereturn {
namespace {

__extension__ typedef unsigned __int128 UnsignedInt128;

// A 384-bit unsigned integer, least significant word first. The greatest product taken here is of
// two 128-bit and one 64-bit magnitudes: 320 bits.
constexpr size_t kWords = 6;
using Wide = std::array<uint64_t, kWords>;

constexpr Int128 kExactInDouble = Int128{1} << 53;

UnsignedInt128 Magnitude(Int128 value) {
  const UnsignedInt128 bits = static_cast<UnsignedInt128>(value);
  return value < 0 ? -bits : bits;
}

int Sign(Int128 value) { return (value > 0) - (value < 0); }

Wide ToWide(UnsignedInt128 value) {
  return {static_cast<uint64_t>(value), static_cast<uint64_t>(value >> 64)};
}

// The product must fit, which the callers' operands guarantee.
Wide Multiply(const Wide& left, UnsignedInt128 right) {
  const std::array<uint64_t, 2> factors = {static_cast<uint64_t>(right),
                                           static_cast<uint64_t>(right >> 64)};
  Wide product = {};
  for (size_t shift = 0; shift < factors.size(); ++shift) {
    UnsignedInt128 carry = 0;
    for (size_t word = 0; word + shift < kWords; ++word) {
      carry += UnsignedInt128{left[word]} * factors[shift] + product[word + shift];
      product[word + shift] = static_cast<uint64_t>(carry);
      carry >>= 64;
    }
  }
  return product;
}

void AddOne(Wide& value) {
  for (uint64_t& word : value) {
    if (++word != 0) return;
  }
}

// Divides `value` in place and returns the remainder. The divisor is at most 2^127, so that twice a
// remainder plus one bit stays within 128 bits.
UnsignedInt128 Divide(Wide& value, UnsignedInt128 divisor) {
  size_t used_words = kWords;
  while (used_words > 0 && value[used_words - 1] == 0) --used_words;
  UnsignedInt128 remainder = 0;
  for (size_t bit = used_words * 64; bit-- > 0;) {
    uint64_t& word = value[bit / 64];
    const uint64_t mask = uint64_t{1} << (bit % 64);
    remainder = (remainder << 1) | ((word & mask) != 0 ? 1 : 0);
    if (remainder >= divisor) {
      remainder -= divisor;
      word |= mask;
    } else {
      word &= ~mask;
    }
  }
  return remainder;
}

// Decimal digits, at least `least_count` of them.
std::string Digits(Wide value, size_t least_count) {
  std::string reversed;
  while (reversed.size() < least_count || value != Wide{}) {
    UnsignedInt128 remainder = 0;
    for (size_t word = kWords; word-- > 0;) {
      const UnsignedInt128 dividend = (remainder << 64) | value[word];
      value[word] = static_cast<uint64_t>(dividend / 10);
      remainder = dividend % 10;
    }
    reversed.push_back(static_cast<char>('0' + static_cast<int>(remainder)));
  }
  std::reverse(reversed.begin(), reversed.end());
  return reversed;
}

UnsignedInt128 GreatestCommonDivisor(UnsignedInt128 left, UnsignedInt128 right) {
  while (right != 0) {
    const UnsignedInt128 remainder = left % right;
    left = right;
    right = remainder;
  }
  return left;
}

bool ExactInDouble(Int128 value) { return value >= -kExactInDouble && value <= kExactInDouble; }

// |numerator * factor * other_denominator| of the cross multiplication that orders two ratios.
Wide CrossProduct(const Ratio& ratio, const Ratio& other) {
  const Wide scaled =
      Multiply(ToWide(Magnitude(ratio.numerator_millionths())), Magnitude(ratio.factor()));
  return Multiply(scaled, Magnitude(other.denominator_millionths()));
}

int SignOf(const Ratio& ratio) {
  return Sign(ratio.numerator_millionths()) * Sign(ratio.denominator_millionths()) *
         Sign(ratio.factor());
}

}  // namespace

std::optional<double> Ratio::Value() const {
  if (!HasValue()) return std::nullopt;
  if (numerator_ == 0 || factor_ == 0) return 0.0;
  double numerator = static_cast<double>(numerator_);
  double denominator = static_cast<double>(denominator_);
  if (!ExactInDouble(numerator_) || !ExactInDouble(denominator_)) {
    const UnsignedInt128 divisor =
        GreatestCommonDivisor(Magnitude(numerator_), Magnitude(denominator_));
    // Magnitudes, because a divisor of 2^127 is no signed number; the sign returns in the double.
    numerator = static_cast<double>(Magnitude(numerator_) / divisor) * Sign(numerator_);
    denominator = static_cast<double>(Magnitude(denominator_) / divisor) * Sign(denominator_);
  }
  return numerator / denominator * static_cast<double>(factor_);
}

std::partial_ordering Ratio::Compare(const Ratio& left, const Ratio& right) {
  if (!left.HasValue() || !right.HasValue()) return std::partial_ordering::unordered;
  const int left_sign = SignOf(left);
  const int right_sign = SignOf(right);
  if (left_sign != right_sign) return left_sign <=> right_sign;
  const Wide left_product = CrossProduct(left, right);
  const Wide right_product = CrossProduct(right, left);
  const std::strong_ordering magnitudes = std::lexicographical_compare_three_way(
      left_product.rbegin(), left_product.rend(), right_product.rbegin(), right_product.rend());
  return left_sign >= 0 ? magnitudes : 0 <=> magnitudes;
}

std::optional<std::string> Ratio::Display(int places) const {
  ONERETURN_CHECK(places >= 0 && places <= kMaxPlaces);
  if (!HasValue()) return std::nullopt;
  UnsignedInt128 scale = 1;
  for (int place = 0; place < places; ++place) scale *= 10;
  Wide quotient = Multiply(Multiply(ToWide(Magnitude(numerator_)), Magnitude(factor_)), scale);
  const UnsignedInt128 divisor = Magnitude(denominator_);
  const UnsignedInt128 remainder = Divide(quotient, divisor);
  if (remainder >= divisor - remainder) AddOne(quotient);

  const bool negative = SignOf(*this) < 0 && quotient != Wide{};
  std::string text = Digits(quotient, static_cast<size_t>(places) + 1);
  if (places > 0) text.insert(text.size() - static_cast<size_t>(places), ".");
  if (negative) text.insert(0, "-");
  return text;
}

}  // namespace onereturn

// The exact decimal that every cell value is held as.
#ifndef ONERETURN_COMMON_DECIMAL_DECIMAL_H_
#define ONERETURN_COMMON_DECIMAL_DECIMAL_H_

#include <compare>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace onereturn {

// Sums and identities run in 128-bit integers of millionths, so that no sum of cells can overflow.
// Spelled with __extension__ because -Wpedantic refuses the bare name of the type.
__extension__ typedef __int128 Int128;

// An exact decimal with at most six fractional digits and a magnitude below 9.2e12, held as
// millionths. A value type; never rounded. Thread-compatible.
class Decimal {
 public:
  static constexpr int64_t kMillion = 1'000'000;
  // Exclusive bound of the magnitude, in millionths: 9.2e12 whole units.
  static constexpr int64_t kLimitMillionths = 9'200'000'000'000 * kMillion;

  constexpr Decimal() = default;  // Zero.

  // `millionths` must be within the limit (checked, aborts): for values already known good.
  static Decimal FromMillionths(int64_t millionths);
  static Decimal FromWhole(int64_t whole);
  // INVALID_ARGUMENT when the magnitude is not below the limit.
  static absl::StatusOr<Decimal> FromWideMillionths(Int128 millionths);
  // Accepts an optional minus sign, digits, and optionally a point with one to six digits: "-12.5".
  // Refuses, each with its own words: empty text, blanks, plus sign, exponents, separators, NaN or
  // infinity, full-width digits, a seventh fractional digit, too great a magnitude. "-0" is zero.
  static absl::StatusOr<Decimal> Parse(absl::string_view text);

  constexpr int64_t millionths() const { return millionths_; }
  // The term of a sum, in millionths.
  constexpr Int128 wide() const { return millionths_; }
  bool IsWhole() const { return millionths_ % kMillion == 0; }
  // The shortest text that parses to the same value: no trailing zeros, no plus sign, "0" for zero.
  std::string ToString() const;

  friend constexpr auto operator<=>(Decimal a, Decimal b) = default;

  template <typename H>
  friend H AbslHashValue(H state, Decimal value) {
    return H::combine(std::move(state), value.millionths_);
  }

 private:
  explicit constexpr Decimal(int64_t millionths) : millionths_(millionths) {}
  int64_t millionths_ = 0;
};

// Text of a sum in millionths, as Decimal::ToString, for any 128-bit value.
std::string MillionthsToString(Int128 millionths);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_DECIMAL_DECIMAL_H_

#include "common/decimal/decimal.h"

#include <algorithm>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"

namespace onereturn {
namespace {

__extension__ typedef unsigned __int128 UnsignedInt128;

constexpr size_t kFractionalDigits = 6;
// Digits before the point beyond which no number is below the limit; keeps the sum in 64 bits.
constexpr size_t kMaxWholeDigits = 13;

absl::Status TooGreat() {
  return absl::InvalidArgumentError(
      "the number is too great: its magnitude must be below 9,200,000,000,000; check the unit");
}

// Why the character at `position` (from 0) cannot stand in a number, and what to write.
std::string CharacterFault(absl::string_view text, size_t position) {
  const std::string where = absl::StrCat("character ", position + 1);
  const absl::string_view rest = text.substr(position);
  const char character = rest[0];
  if (absl::ascii_isspace(static_cast<unsigned char>(character)) ||
      absl::StartsWith(rest, "\xC2\xA0")) {
    return absl::StrCat(where, " is a blank; write the number without blanks");
  }
  if (absl::StartsWith(rest, "\xEF\xBC")) {
    return absl::StrCat(where, " is a full-width character; write plain digits 0 to 9");
  }
  if (absl::StartsWith(rest, "\xE2\x88\x92") || absl::StartsWith(rest, "\xE2\x80\x93")) {
    return absl::StrCat(where, " is a typographic dash; write a plain minus sign: -");
  }
  switch (character) {
    case '+':
      return absl::StrCat(where, " is a plus sign; write the number without it");
    case '-':
      return absl::StrCat(where, " is a minus sign; it may only stand first");
    case ',':
    case '\'':
    case '_':
      return absl::StrCat(where, " is a separator; write 1234.5, not 1,234.5");
    case '.':
      return absl::StrCat(where, " is a second point; a number has at most one");
    case '%':
      return absl::StrCat(where, " is a percent sign; write the number alone");
    case 'e':
    case 'E':
      return absl::StrCat(where, " is an exponent; write all digits, as in 1200 for 1.2e3");
    case 'o':
    case 'O':
      return absl::StrCat(where, " is the letter O; is a zero meant?");
    case 'l':
    case 'I':
      return absl::StrCat(where, " is a letter; is the digit 1 meant?");
    default:
      return absl::StrCat(where, " is not a digit; write a number such as 12 or -12.5");
  }
}

bool IsNotFinite(absl::string_view text) {
  const std::string lower = absl::AsciiStrToLower(text);
  return lower == "nan" || lower == "inf" || lower == "infinity";
}

// Length of the run of digits at the start of `text`.
size_t DigitRun(absl::string_view text) {
  size_t length = 0;
  while (length < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[length]))) {
    ++length;
  }
  return length;
}

// Checks the shape "digits[.digits]" of `text` from `start` and names the first fault.
absl::Status CheckShape(absl::string_view text, size_t start) {
  const size_t whole_length = DigitRun(text.substr(start));
  const size_t after_whole = start + whole_length;
  if (after_whole == text.size()) {
    if (whole_length > 0) return absl::OkStatus();
    return absl::InvalidArgumentError("a minus sign stands without digits");
  }
  if (text[after_whole] != '.') {
    return absl::InvalidArgumentError(CharacterFault(text, after_whole));
  }
  if (whole_length == 0) {
    return absl::InvalidArgumentError("no digit stands before the point; write 0.5, not .5");
  }
  const size_t fraction_length = DigitRun(text.substr(after_whole + 1));
  const size_t after_fraction = after_whole + 1 + fraction_length;
  if (after_fraction != text.size()) {
    return absl::InvalidArgumentError(CharacterFault(text, after_fraction));
  }
  if (fraction_length == 0) {
    return absl::InvalidArgumentError("no digit stands after the point; write 5 or 5.0, not 5.");
  }
  if (fraction_length > kFractionalDigits) {
    return absl::InvalidArgumentError(
        absl::StrCat(fraction_length, " digits stand after the point; at most ", kFractionalDigits,
                     " are kept, and nothing is rounded"));
  }
  return absl::OkStatus();
}

}  // namespace

Decimal Decimal::FromMillionths(int64_t millionths) {
  ONERETURN_CHECK(millionths > -kLimitMillionths && millionths < kLimitMillionths);
  return Decimal(millionths);
}

Decimal Decimal::FromWhole(int64_t whole) {
  ONERETURN_CHECK(whole > -kLimitMillionths / kMillion && whole < kLimitMillionths / kMillion);
  return Decimal(whole * kMillion);
}

absl::StatusOr<Decimal> Decimal::FromWideMillionths(Int128 millionths) {
  if (millionths <= -kLimitMillionths || millionths >= kLimitMillionths) return TooGreat();
  return Decimal(static_cast<int64_t>(millionths));
}

absl::StatusOr<Decimal> Decimal::Parse(absl::string_view text) {
  if (text.empty()) return absl::InvalidArgumentError("the number is empty");
  const bool negative = text[0] == '-';
  const size_t start = negative ? 1 : 0;
  if (IsNotFinite(text.substr(start))) {
    return absl::InvalidArgumentError(
        "NaN and infinity are not numbers here; leave the value out and give a null reason");
  }
  const absl::Status shape = CheckShape(text, start);
  if (!shape.ok()) return shape;

  absl::string_view digits = text.substr(start);
  while (digits.size() > 1 && digits[0] == '0' && digits[1] != '.') digits.remove_prefix(1);
  if (DigitRun(digits) > kMaxWholeDigits) return TooGreat();
  Int128 millionths = 0;
  size_t fraction_length = 0;
  bool after_point = false;
  for (const char character : digits) {
    if (character == '.') {
      after_point = true;
      continue;
    }
    millionths = millionths * 10 + (character - '0');
    if (after_point) ++fraction_length;
  }
  for (; fraction_length < kFractionalDigits; ++fraction_length) millionths *= 10;
  return FromWideMillionths(negative ? -millionths : millionths);
}

std::string Decimal::ToString() const { return MillionthsToString(millionths_); }

std::string MillionthsToString(Int128 millionths) {
  // The magnitude is taken without sign, because the least 128-bit value has no positive twin.
  const bool negative = millionths < 0;
  UnsignedInt128 magnitude = static_cast<UnsignedInt128>(millionths);
  if (negative) magnitude = -magnitude;
  std::string reversed;
  bool nonzero_seen = false;
  for (size_t position = 0; position < kFractionalDigits; ++position, magnitude /= 10) {
    const char digit = static_cast<char>('0' + static_cast<int>(magnitude % 10));
    nonzero_seen = nonzero_seen || digit != '0';
    if (nonzero_seen) reversed.push_back(digit);
  }
  if (nonzero_seen) reversed.push_back('.');
  do {
    reversed.push_back(static_cast<char>('0' + static_cast<int>(magnitude % 10)));
    magnitude /= 10;
  } while (magnitude != 0);
  if (negative) reversed.push_back('-');
  std::reverse(reversed.begin(), reversed.end());
  return reversed;
}

}  // namespace onereturn

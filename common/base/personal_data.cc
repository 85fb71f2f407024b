#include "common/base/personal_data.h"

#include <cstddef>
#include <string>

#include "absl/strings/ascii.h"

namespace onereturn {
namespace {

constexpr size_t kDigits = 10;

bool IsWordByte(char byte) { return absl::ascii_isalnum(static_cast<unsigned char>(byte)); }
bool IsDigit(char byte) { return byte >= '0' && byte <= '9'; }
bool IsUpper(char byte) { return byte >= 'A' && byte <= 'Z'; }

// Data dictionary, "NHS number": the tenth digit is 11 minus the sum of the first nine by the
// weights 10 to 2, modulus 11; 11 is written 0, and 10 is never given out.
bool HasCheckDigit(const int (&digits)[kDigits]) {
  int sum = 0;
  for (size_t i = 0; i + 1 < kDigits; ++i) sum += digits[i] * static_cast<int>(kDigits - i);
  const int check = 11 - sum % 11;
  return check != 10 && check % 11 == digits[kDigits - 1];
}

// At the start of `text`, which begins a word.
bool StartsWithNhsNumber(absl::string_view text) {
  int digits[kDigits] = {};
  size_t found = 0;
  size_t at = 0;
  for (; at < text.size() && found < kDigits; ++at) {
    if (IsDigit(text[at])) {
      digits[found++] = text[at] - '0';
    } else if ((text[at] != ' ' && text[at] != '-') || (found != 3 && found != 6) ||
               !IsDigit(text[at - 1])) {
      return false;
    }
  }
  return found == kDigits && (at == text.size() || !IsWordByte(text[at])) && HasCheckDigit(digits);
}

// BS 7666: one or two letters, a digit, a further digit or letter or none; a blank; a digit and two
// letters, of which C, I, K, M, O and V are none.
bool StartsWithPostcode(absl::string_view text) {
  size_t at = 0;
  while (at < text.size() && at < 2 && IsUpper(text[at])) ++at;
  if (at == 0 || at == text.size() || !IsDigit(text[at])) return false;
  ++at;
  if (at < text.size() && (IsDigit(text[at]) || IsUpper(text[at]))) ++at;
  const absl::string_view rest = text.substr(at);
  const auto is_inward = [](char byte) {
    return IsUpper(byte) && absl::string_view("CIKMOV").find(byte) == absl::string_view::npos;
  };
  return rest.size() >= 4 && rest[0] == ' ' && IsDigit(rest[1]) && is_inward(rest[2]) &&
         is_inward(rest[3]) && (rest.size() == 4 || !IsWordByte(rest[4]));
}

}  // namespace

bool HoldsPersonalData(absl::string_view text) {
  bool in_word = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool begins = IsWordByte(text[i]) && !in_word;
    in_word = IsWordByte(text[i]);
    if (!begins) continue;
    if (StartsWithNhsNumber(text.substr(i)) || StartsWithPostcode(text.substr(i))) return true;
  }
  return false;
}

bool HoldsNhsNumberAmongLetters(absl::string_view name) {
  std::string numbers(name);
  for (char& byte : numbers) {
    if (!IsDigit(byte)) byte = ' ';
  }
  return HoldsPersonalData(numbers);
}

}  // namespace onereturn

#include "tools/onereturn/console/number_text.h"

#include <charconv>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace onereturn::client {
namespace {

// Adds one to the last digit of `number`, which holds digits and at most one point.
std::string RoundedUp(std::string number) {
  for (size_t i = number.size(); i-- > 0;) {
    if (number[i] == '.') continue;
    if (number[i] != '9') {
      ++number[i];
      return number;
    }
    number[i] = '0';
  }
  return "1" + number;
}

}  // namespace

std::string WithThousands(absl::string_view number) {
  size_t first = 0;
  while (first < number.size() && !absl::ascii_isdigit(number[first])) ++first;
  size_t last = first;
  while (last < number.size() && absl::ascii_isdigit(number[last])) ++last;
  const bool grouped = last < number.size() && number[last] == ',';
  if (last - first <= 3 || grouped) return std::string(number);
  std::string text(number.substr(0, first));
  for (size_t i = first; i < last; ++i) {
    if (i > first && (last - i) % 3 == 0) text += ',';
    text += number[i];
  }
  return text + std::string(number.substr(last));
}

std::string WithThousands(uint64_t number) { return WithThousands(absl::StrCat(number)); }

std::string FixedNumber(double value, int digits) {
  if (!std::isfinite(value)) return "";
  // Rounding works on the decimal text that stands for the double, so that 74.35, which no double
  // holds exactly, rounds as a reader of it expects.
  char buffer[400];
  const auto end =
      std::to_chars(buffer, buffer + sizeof(buffer), std::fabs(value), std::chars_format::fixed);
  std::string text(buffer, end.ptr);
  if (text.find('.') == std::string::npos) text += '.';
  text += std::string(static_cast<size_t>(digits) + 1, '0');
  const size_t keep = text.find('.') + 1 + static_cast<size_t>(digits);
  const bool up = text[keep] >= '5';
  text.resize(keep);
  if (up) text = RoundedUp(text);
  if (digits == 0) text.pop_back();
  const bool zero = text.find_first_of("123456789") == std::string::npos;
  return WithThousands(std::signbit(value) && !zero ? "-" + text : text);
}

std::string MillionthsText(int64_t millionths) {
  const bool negative = millionths < 0;
  const uint64_t magnitude =
      negative ? ~static_cast<uint64_t>(millionths) + 1 : static_cast<uint64_t>(millionths);
  std::string text = absl::StrCat(negative ? "-" : "", magnitude / 1'000'000);
  if (magnitude % 1'000'000 != 0) {
    text += absl::StrFormat(".%06d", magnitude % 1'000'000);
    while (text.back() == '0') text.pop_back();
  }
  return WithThousands(text);
}

std::string DurationText(int64_t micros) {
  if (micros < 0) micros = 0;
  if (micros < 1'000'000) return absl::StrCat(micros / 1'000, " ms");
  if (micros < 60'000'000) {
    return absl::StrFormat("%d.%d s", micros / 1'000'000, micros % 1'000'000 / 100'000);
  }
  const int64_t seconds = micros / 1'000'000;
  return absl::StrFormat("%d min %02d s", seconds / 60, seconds % 60);
}

std::string BytesText(uint64_t bytes) {
  if (bytes < 1'024) return absl::StrCat(bytes, " B");
  const double kibibytes = static_cast<double>(bytes) / 1'024;
  if (kibibytes < 1'024) return absl::StrFormat("%.1f KiB", kibibytes);
  return absl::StrFormat("%.1f MiB", kibibytes / 1'024);
}

std::string Count(uint64_t number, absl::string_view noun) {
  return absl::StrCat(WithThousands(number), " ", noun, number == 1 ? "" : "s");
}

}  // namespace onereturn::client

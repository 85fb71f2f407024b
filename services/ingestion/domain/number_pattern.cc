#include "services/ingestion/domain/number_pattern.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/check.h"

namespace onereturn::ingestion {
namespace {

bool IsDigit(char byte) { return absl::ascii_isdigit(static_cast<unsigned char>(byte)); }

}  // namespace

absl::StatusOr<NumberPattern> NumberPattern::Parse(absl::string_view pattern) {
  std::vector<std::string> literals = absl::StrSplit(pattern, '#');
  if (literals.size() == 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", pattern, "\" has no number: write # where the text has one, as in \"# < # Weeks\""));
  }
  for (size_t i = 0; i < literals.size(); ++i) {
    const std::string& literal = literals[i];
    const bool between = i > 0 && i + 1 < literals.size();
    const bool after_number = i > 0 && !literal.empty() && IsDigit(literal.front());
    const bool before_number =
        i + 1 < literals.size() && !literal.empty() && IsDigit(literal.back());
    if ((between && literal.empty()) || after_number || before_number) {
      return absl::InvalidArgumentError(absl::StrCat(
          "\"", pattern,
          "\" has a number directly beside another: put the text between them into the pattern"));
    }
  }
  return NumberPattern(std::move(literals));
}

std::optional<std::vector<absl::string_view>> NumberPattern::Match(absl::string_view text) const {
  if (!absl::ConsumePrefix(&text, literals_[0])) return std::nullopt;
  std::vector<absl::string_view> numbers;
  for (size_t i = 1; i < literals_.size(); ++i) {
    size_t digits = 0;
    while (digits < text.size() && IsDigit(text[digits])) ++digits;
    if (digits == 0 || digits > kMaxDigits) return std::nullopt;
    numbers.push_back(text.substr(0, digits));
    text.remove_prefix(digits);
    if (!absl::ConsumePrefix(&text, literals_[i])) return std::nullopt;
  }
  if (!text.empty()) return std::nullopt;
  return numbers;
}

std::string NumberPattern::Fill(const std::vector<absl::string_view>& numbers) const {
  ONERETURN_CHECK(numbers.size() == number_count());
  std::string text = literals_[0];
  for (size_t i = 0; i < numbers.size(); ++i) absl::StrAppend(&text, numbers[i], literals_[i + 1]);
  return text;
}

std::string NumberPattern::ToString() const { return absl::StrJoin(literals_, "#"); }

}  // namespace onereturn::ingestion

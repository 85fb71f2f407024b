#include "common/base/pseudonym.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "common/base/personal_data.h"

namespace onereturn {
namespace {

constexpr size_t kLeastSubjectBytes = 6;
constexpr size_t kMostSubjectBytes = 64;
constexpr size_t kMostPersonIdBytes = 512;
constexpr std::ptrdiff_t kNhsNumberDigits = 10;

bool IsDigitByte(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }
bool IsMark(char c) { return c == '-' || c == '_'; }
bool IsSubjectByte(char c) {
  return IsMark(c) || absl::ascii_isalnum(static_cast<unsigned char>(c));
}
bool IsIssuerByte(char c) {
  return absl::ascii_isgraph(static_cast<unsigned char>(c)) && c != '@' && c != '#';
}

}  // namespace

bool IsPseudonym(absl::string_view subject) {
  if (subject.size() < kLeastSubjectBytes || subject.size() > kMostSubjectBytes) return false;
  if (!std::all_of(subject.begin(), subject.end(), IsSubjectByte)) return false;
  const auto digits = std::count_if(subject.begin(), subject.end(), IsDigitByte);
  const bool has_letters = std::any_of(subject.begin(), subject.end(),
                                       [](char c) { return !IsDigitByte(c) && !IsMark(c); });
  return digits > 0 && (has_letters || digits != kNhsNumberDigits) &&
         !HoldsNhsNumberAmongLetters(subject);
}

bool IsPersonId(absl::string_view id) {
  const size_t mark = id.find('#');
  if (mark == 0 || mark == absl::string_view::npos || id.size() > kMostPersonIdBytes) return false;
  const absl::string_view issuer = id.substr(0, mark);
  return std::all_of(issuer.begin(), issuer.end(), IsIssuerByte) &&
         IsPseudonym(id.substr(mark + 1));
}

}  // namespace onereturn

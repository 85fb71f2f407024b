// Which texts may enter: UTF-8, and nothing that hides or reorders what a reader sees.
#ifndef ONERETURN_COMMON_BASE_UTF8_H_
#define ONERETURN_COMMON_BASE_UTF8_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace onereturn {

// The code point that `text` starts with, and its size in bytes. A size of 0 means that `text` is
// empty or does not start with well-formed UTF-8 (Unicode 15, table 3-7: no overlong form, no
// surrogate, nothing above U+10FFFF).
struct CodePoint {
  uint32_t value = 0;
  size_t size = 0;
};
CodePoint FirstCodePoint(absl::string_view text);

// Well-formed UTF-8 throughout. The empty text is.
bool IsValidUtf8(absl::string_view text);

// The longest start of `text` of at most `limit` bytes that cuts no well-formed character in two.
absl::string_view CutAtCharacter(absl::string_view text, size_t limit);

// A control character (C0, DEL, C1; NUL among them), a line or paragraph separator, a mark that
// overrides or isolates the direction of text, an invisible or zero-width character, a byte-order
// mark or a noncharacter.
bool IsUnsafeCodePoint(uint32_t code_point);

// Valid UTF-8 with no unsafe code point: fit for codes, names and one-line comments.
bool IsSafeText(absl::string_view text);

// As IsSafeText, but line feeds and tabs are allowed: fit for narrative.
bool IsSafeNarrative(absl::string_view text);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_BASE_UTF8_H_

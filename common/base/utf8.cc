#include "common/base/utf8.h"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace onereturn {
namespace {

struct Range {
  uint32_t first;
  uint32_t last;
};

// Sorted. C0, DEL and C1 controls; what Unicode calls format characters, as far as they hide,
// reorder or separate text.
constexpr Range kUnsafe[] = {
    {0x0000, 0x001F},    // C0 controls.
    {0x007F, 0x009F},    // DEL and C1 controls.
    {0x00AD, 0x00AD},    // Soft hyphen.
    {0x034F, 0x034F},    // Combining grapheme joiner.
    {0x061C, 0x061C},    // Arabic letter mark.
    {0x180E, 0x180E},    // Mongolian vowel separator.
    {0x200B, 0x200F},    // Zero-width space and joiners, direction marks.
    {0x2028, 0x202E},    // Line and paragraph separators, direction embeddings and overrides.
    {0x2060, 0x206F},    // Word joiner, invisible operators, direction isolates.
    {0xFDD0, 0xFDEF},    // Noncharacters.
    {0xFEFF, 0xFEFF},    // Byte-order mark, zero-width no-break space.
    {0xFFF9, 0xFFFB},    // Interlinear annotation.
    {0xE0000, 0xE0FFF},  // Tags and variation selectors outside the basic plane.
};

uint8_t ByteAt(absl::string_view text, size_t i) { return static_cast<uint8_t>(text[i]); }

bool IsContinuation(absl::string_view text, size_t i) {
  return i < text.size() && (ByteAt(text, i) & 0xC0) == 0x80;
}

// The number of bytes at the start of `text` that are ASCII, in whole words of eight.
size_t AsciiWords(absl::string_view text) {
  size_t size = 0;
  for (; size + 8 <= text.size(); size += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + size, sizeof(word));
    if ((word & 0x8080808080808080u) != 0) break;
  }
  return size;
}

bool HasOnlySafe(absl::string_view text, bool narrative) {
  while (!text.empty()) {
    const CodePoint point = FirstCodePoint(text);
    if (point.size == 0) return false;
    const bool layout = point.value == '\n' || point.value == '\t';
    if (IsUnsafeCodePoint(point.value) && !(narrative && layout)) return false;
    text.remove_prefix(point.size);
  }
  return true;
}

}  // namespace

CodePoint FirstCodePoint(absl::string_view text) {
  if (text.empty()) return {};
  const uint8_t lead = ByteAt(text, 0);
  if (lead < 0x80) return {lead, 1};
  size_t size;
  uint32_t least;  // Below it the form would be overlong.
  uint32_t value;
  if (lead >= 0xC2 && lead <= 0xDF) {
    size = 2, least = 0x80, value = lead & 0x1Fu;
  } else if ((lead & 0xF0) == 0xE0) {
    size = 3, least = 0x800, value = lead & 0x0Fu;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    size = 4, least = 0x10000, value = lead & 0x07u;
  } else {
    return {};
  }
  for (size_t i = 1; i < size; ++i) {
    if (!IsContinuation(text, i)) return {};
    value = (value << 6) | (ByteAt(text, i) & 0x3Fu);
  }
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < least || surrogate || value > 0x10FFFF) return {};
  return {value, size};
}

bool IsValidUtf8(absl::string_view text) {
  while (!text.empty()) {
    const size_t ascii = AsciiWords(text);
    text.remove_prefix(ascii);
    if (text.empty()) return true;
    const CodePoint point = FirstCodePoint(text);
    if (point.size == 0) return false;
    text.remove_prefix(point.size);
  }
  return true;
}

absl::string_view CutAtCharacter(absl::string_view text, size_t limit) {
  if (text.size() <= limit) return text;
  // A character has at most four bytes: look back for one that starts before the limit and ends
  // behind it.
  for (size_t back = 1; back <= 3 && back <= limit; ++back) {
    if (FirstCodePoint(text.substr(limit - back)).size > back) return text.substr(0, limit - back);
  }
  return text.substr(0, limit);
}

bool IsUnsafeCodePoint(uint32_t code_point) {
  if ((code_point & 0xFFFE) == 0xFFFE)
    return true;  // The last two of each plane are noncharacters.
  const Range* range = std::lower_bound(
      std::begin(kUnsafe), std::end(kUnsafe), code_point,
      [](const Range& candidate, uint32_t sought) { return candidate.last < sought; });
  return range != std::end(kUnsafe) && range->first <= code_point;
}

bool IsSafeText(absl::string_view text) { return HasOnlySafe(text, /*narrative=*/false); }
bool IsSafeNarrative(absl::string_view text) { return HasOnlySafe(text, /*narrative=*/true); }

}  // namespace onereturn

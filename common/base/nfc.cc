#include "common/base/nfc.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "common/base/utf8.h"

namespace onereturn {
namespace {

constexpr int kMostMarks = 30;

bool IsStreamSafe(absl::string_view text) {
  int marks = 0;
  while (!text.empty()) {
    const CodePoint next = FirstCodePoint(text);
    if (next.size == 0) return false;
    const auto* property = utf8proc_get_property(static_cast<utf8proc_int32_t>(next.value));
    marks = property->combining_class == 0 ? 0 : marks + 1;
    if (marks > kMostMarks) return false;
    text.remove_prefix(next.size);
  }
  return true;
}

}  // namespace

bool IsNfc(absl::string_view text) {
  const bool ascii = std::all_of(text.begin(), text.end(),
                                 [](char byte) { return static_cast<unsigned char>(byte) < 0x80; });
  if (ascii) return true;
  if (!IsStreamSafe(text)) return false;
  utf8proc_uint8_t* composed = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &composed,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(composed, &std::free);
  return size >= 0 && absl::string_view(reinterpret_cast<const char*>(composed),
                                        static_cast<size_t>(size)) == text;
}

}  // namespace onereturn

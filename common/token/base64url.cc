#include "common/token/base64url.h"

#include "absl/strings/escaping.h"

namespace onereturn {

std::string Base64UrlEncode(absl::string_view bytes) { return absl::WebSafeBase64Escape(bytes); }

std::optional<std::string> Base64UrlDecode(absl::string_view text) {
  std::string bytes;
  // Abseil takes padding, blanks and bits left over: only what would be written again is taken
  // here, so that one token has one form.
  if (!absl::WebSafeBase64Unescape(text, &bytes) || Base64UrlEncode(bytes) != text) {
    return std::nullopt;
  }
  return bytes;
}

}  // namespace onereturn

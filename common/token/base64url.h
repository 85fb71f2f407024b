// base64url without padding (RFC 4648 section 5), as JSON web tokens and keys use it.
#ifndef ONERETURN_COMMON_TOKEN_BASE64URL_H_
#define ONERETURN_COMMON_TOKEN_BASE64URL_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace onereturn {

std::string Base64UrlEncode(absl::string_view bytes);

// Nothing unless `text` is exactly what Base64UrlEncode() makes of some bytes: no padding, no
// blanks, no other alphabet, no bits left over at the end.
std::optional<std::string> Base64UrlDecode(absl::string_view text);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_TOKEN_BASE64URL_H_

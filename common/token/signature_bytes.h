// The sizes of the signatures under a token. Private to the library.
#ifndef ONERETURN_COMMON_TOKEN_SIGNATURE_BYTES_H_
#define ONERETURN_COMMON_TOKEN_SIGNATURE_BYTES_H_

#include <cstddef>

namespace onereturn {

// Both algorithms' signatures have 64 bytes (RFC 7518 section 3.4, RFC 8032); ES256's are two
// numbers of 32.
inline constexpr size_t kTokenSignatureBytes = 64;
inline constexpr size_t kTokenNumberBytes = 32;

}  // namespace onereturn

#endif  // ONERETURN_COMMON_TOKEN_SIGNATURE_BYTES_H_

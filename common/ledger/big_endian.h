// Private to the library: the one integer encoding of its formats.
#ifndef ONERETURN_COMMON_LEDGER_BIG_ENDIAN_H_
#define ONERETURN_COMMON_LEDGER_BIG_ENDIAN_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace onereturn {

inline constexpr size_t kU64Bytes = 8;

inline void AppendBigEndianU64(std::string& bytes, uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(value >> shift));
}

// Takes the first 8 bytes off `bytes`, which must have them.
inline uint64_t TakeBigEndianU64(absl::string_view& bytes) {
  uint64_t value = 0;
  for (char byte : bytes.substr(0, kU64Bytes)) value = value << 8 | static_cast<uint8_t>(byte);
  bytes.remove_prefix(kU64Bytes);
  return value;
}

}  // namespace onereturn

#endif  // ONERETURN_COMMON_LEDGER_BIG_ENDIAN_H_

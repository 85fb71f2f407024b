// Unsigned numbers, the most significant byte first: as keys, signed words and files hold them.
#ifndef ONERETURN_COMMON_BASE_BIG_ENDIAN_H_
#define ONERETURN_COMMON_BASE_BIG_ENDIAN_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace onereturn {

inline constexpr size_t kU64Bytes = 8;

// The last `size` bytes of `value`, of 1 to 8.
inline void AppendBigEndian(uint64_t value, size_t size, std::string* bytes) {
  for (size_t left = size; left > 0; --left) {
    bytes->push_back(static_cast<char>(value >> (8 * (left - 1))));
  }
}

inline void AppendBigEndianU64(uint64_t value, std::string* bytes) {
  AppendBigEndian(value, kU64Bytes, bytes);
}

// Of at most 8 bytes; 0 of none.
inline uint64_t FromBigEndian(absl::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<uint8_t>(byte);
  return value;
}

// Takes the first 8 bytes off `bytes`, which must have them.
inline uint64_t TakeBigEndianU64(absl::string_view* bytes) {
  const uint64_t value = FromBigEndian(bytes->substr(0, kU64Bytes));
  bytes->remove_prefix(kU64Bytes);
  return value;
}

}  // namespace onereturn

#endif  // ONERETURN_COMMON_BASE_BIG_ENDIAN_H_

// Writing and reading of the small binary encodings that the on-disk formats are made of.
//
//   varint  := little-endian groups of seven bits, the high bit set on all but the last byte; at
//   most ten bytes zigzag  := varint of (n << 1) ^ (n >> 63): small magnitudes are short, whatever
//   their sign text    := length:varint byte*
//
// These are stored on disk: never change an encoding, add another.
#ifndef ONERETURN_COMMON_BASE_BYTES_H_
#define ONERETURN_COMMON_BASE_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace onereturn {

inline constexpr size_t kMaxVarintBytes = 10;

constexpr uint64_t ZigZagEncode(int64_t value) {
  return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
}
constexpr int64_t ZigZagDecode(uint64_t value) {
  return static_cast<int64_t>((value >> 1) ^ (~(value & 1) + 1));
}
// The number of bytes of `value` as a varint: 1 to 10.
constexpr size_t VarintSize(uint64_t value) {
  size_t size = 1;
  for (; value >= 0x80; value >>= 7) ++size;
  return size;
}

// Appends to a string of its own. Thread-compatible.
class ByteWriter {
 public:
  void Byte(uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void Varint(uint64_t value);
  void ZigZag(int64_t value) { Varint(ZigZagEncode(value)); }
  // Length as a varint, then the bytes.
  void Text(absl::string_view text);
  // The bytes as they are.
  void Raw(absl::string_view bytes) { bytes_.append(bytes.data(), bytes.size()); }

  void Reserve(size_t bytes) { bytes_.reserve(bytes); }
  size_t size() const { return bytes_.size(); }
  // What was written; the writer is empty afterwards.
  std::string Take() { return std::exchange(bytes_, std::string()); }

 private:
  std::string bytes_;
};

// Reads bytes that may be hostile. Every read returns false, leaves its result untouched and stays
// at its place when the bytes are not there or not canonical (a varint has exactly one accepted
// form); `problem` then says what is wrong. After a failure every further read fails. Does not own
// the bytes. Thread-compatible.
class ByteReader {
 public:
  explicit ByteReader(absl::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] bool Byte(uint8_t* value);
  [[nodiscard]] bool Varint(uint64_t* value) {
    // Nearly every varint of our formats is one byte.
    if (problem_.empty() && position_ < bytes_.size()) {
      const uint8_t first = static_cast<uint8_t>(bytes_[position_]);
      if (first < 0x80) {
        *value = first;
        ++position_;
        return true;
      }
    }
    return LongVarint(value);
  }
  [[nodiscard]] bool ZigZag(int64_t* value);
  // A length-prefixed text of at most `limit` bytes; the view points into the reader's bytes.
  [[nodiscard]] bool Text(size_t limit, absl::string_view* text);
  // Exactly `size` bytes; the view points into the reader's bytes.
  [[nodiscard]] bool Raw(size_t size, absl::string_view* bytes);

  bool AtEnd() const { return position_ == bytes_.size(); }
  size_t position() const { return position_; }
  size_t remaining() const { return bytes_.size() - position_; }
  // Empty until a read fails, then plain words such as "the bytes end too early". Static text.
  absl::string_view problem() const { return problem_; }

 private:
  bool LongVarint(uint64_t* value);
  bool Fail(absl::string_view problem);

  absl::string_view bytes_;
  size_t position_ = 0;
  absl::string_view problem_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_BASE_BYTES_H_

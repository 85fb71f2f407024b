#include "common/base/bytes.h"

namespace onereturn {

void ByteWriter::Varint(uint64_t value) {
  while (value >= 0x80) {
    Byte(static_cast<uint8_t>(value | 0x80));
    value >>= 7;
  }
  Byte(static_cast<uint8_t>(value));
}

void ByteWriter::Text(absl::string_view text) {
  Varint(text.size());
  Raw(text);
}

bool ByteReader::Fail(absl::string_view problem) {
  if (problem_.empty()) problem_ = problem;
  return false;
}

bool ByteReader::Byte(uint8_t* value) {
  if (!problem_.empty()) return false;
  if (AtEnd()) return Fail("the bytes end too early");
  *value = static_cast<uint8_t>(bytes_[position_++]);
  return true;
}

bool ByteReader::LongVarint(uint64_t* value) {
  if (!problem_.empty()) return false;
  uint64_t result = 0;
  for (size_t i = 0; i < kMaxVarintBytes; ++i) {
    if (position_ + i == bytes_.size()) return Fail("the bytes end too early");
    const uint8_t byte = static_cast<uint8_t>(bytes_[position_ + i]);
    // The tenth byte has room for the highest of 64 bits alone.
    if (i == kMaxVarintBytes - 1 && byte > 1) return Fail("a varint exceeds 64 bits");
    result |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
    if (byte >= 0x80) continue;
    if (byte == 0 && i > 0) return Fail("a varint is longer than it needs to be");
    position_ += i + 1;
    *value = result;
    return true;
  }
  return Fail("a varint exceeds 64 bits");
}

bool ByteReader::ZigZag(int64_t* value) {
  uint64_t encoded = 0;
  if (!Varint(&encoded)) return false;
  *value = ZigZagDecode(encoded);
  return true;
}

bool ByteReader::Text(size_t limit, absl::string_view* text) {
  const size_t start = position_;
  uint64_t length = 0;
  if (!Varint(&length)) return false;
  if (length <= limit && length <= remaining()) return Raw(static_cast<size_t>(length), text);
  position_ = start;
  return Fail(length > limit ? "a text is longer than allowed" : "the bytes end too early");
}

bool ByteReader::Raw(size_t size, absl::string_view* bytes) {
  if (!problem_.empty()) return false;
  if (size > remaining()) return Fail("the bytes end too early");
  *bytes = bytes_.substr(position_, size);
  position_ += size;
  return true;
}

}  // namespace onereturn

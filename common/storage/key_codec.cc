#include "common/storage/key_codec.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/big_endian.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

constexpr char kZero = '\x00';
constexpr char kEscapedZero = '\xff';  // After a zero byte: the string holds a zero byte.
constexpr char kEndOfString = '\x01';  // After a zero byte: the string ends. Less than the escape.
constexpr uint64_t kSignBit = uint64_t{1} << 63;

}  // namespace

KeyWriter& KeyWriter::U8(uint8_t value) {
  key_.push_back(static_cast<char>(value));
  return *this;
}

KeyWriter& KeyWriter::U32(uint32_t value) {
  AppendBigEndian(value, sizeof value, &key_);
  return *this;
}

KeyWriter& KeyWriter::U64(uint64_t value) {
  AppendBigEndian(value, sizeof value, &key_);
  return *this;
}

KeyWriter& KeyWriter::I64(int64_t value) { return U64(static_cast<uint64_t>(value) ^ kSignBit); }

KeyWriter& KeyWriter::DescendingU64(uint64_t value) { return U64(~value); }

KeyWriter& KeyWriter::String(absl::string_view value) {
  for (char byte : value) {
    key_.push_back(byte);
    if (byte == kZero) key_.push_back(kEscapedZero);
  }
  key_.push_back(kZero);
  key_.push_back(kEndOfString);
  return *this;
}

KeyWriter& KeyWriter::Fixed(absl::string_view bytes) {
  key_.append(bytes.data(), bytes.size());
  return *this;
}

std::string KeyWriter::Take() { return std::exchange(key_, std::string()); }

absl::Status KeyReader::Malformed(absl::string_view what) const {
  return absl::DataLossError(absl::StrCat("A stored key of ", whole_bytes_, " bytes ", what,
                                          " at byte ", whole_bytes_ - rest_.size(), "."));
}

absl::StatusOr<absl::string_view> KeyReader::Fixed(size_t bytes) {
  if (rest_.size() < bytes) return Malformed("ends inside a component");
  const absl::string_view taken = rest_.substr(0, bytes);
  rest_.remove_prefix(bytes);
  return taken;
}

absl::StatusOr<uint8_t> KeyReader::U8() {
  ASSIGN_OR_RETURN(const absl::string_view bytes, Fixed(sizeof(uint8_t)));
  return static_cast<uint8_t>(FromBigEndian(bytes));
}

absl::StatusOr<uint32_t> KeyReader::U32() {
  ASSIGN_OR_RETURN(const absl::string_view bytes, Fixed(sizeof(uint32_t)));
  return static_cast<uint32_t>(FromBigEndian(bytes));
}

absl::StatusOr<uint64_t> KeyReader::U64() {
  ASSIGN_OR_RETURN(const absl::string_view bytes, Fixed(sizeof(uint64_t)));
  return FromBigEndian(bytes);
}

absl::StatusOr<int64_t> KeyReader::I64() {
  ASSIGN_OR_RETURN(const uint64_t value, U64());
  return static_cast<int64_t>(value ^ kSignBit);
}

absl::StatusOr<uint64_t> KeyReader::DescendingU64() {
  ASSIGN_OR_RETURN(const uint64_t value, U64());
  return ~value;
}

absl::StatusOr<std::string> KeyReader::String() {
  std::string value;
  while (true) {
    const size_t zero = rest_.find(kZero);
    if (zero == absl::string_view::npos || zero + 1 >= rest_.size()) {
      return Malformed("ends inside a string");
    }
    value.append(rest_.data(), zero);
    const char mark = rest_[zero + 1];
    if (mark != kEndOfString && mark != kEscapedZero) return Malformed("has a bad escape");
    rest_.remove_prefix(zero + 2);
    if (mark == kEndOfString) return value;
    value.push_back(kZero);
  }
}

absl::Status KeyReader::Finish() const {
  if (rest_.empty()) return absl::OkStatus();
  return Malformed("goes on after its last component");
}

std::string PrefixUpperBound(absl::string_view prefix) {
  const size_t last = prefix.find_last_not_of('\xff');
  if (last == absl::string_view::npos) return std::string();
  std::string bound(prefix.substr(0, last + 1));
  bound.back() = static_cast<char>(static_cast<uint8_t>(bound.back()) + 1);
  return bound;
}

}  // namespace onereturn

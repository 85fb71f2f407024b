#include "common/storage/write_batch.h"

#include <cstring>

namespace onereturn {
namespace {

// In memory only, so host byte order will do: operation u8, place u32, two lengths u64, two
// strings.
void AppendBytes(std::string& encoded, const void* bytes, size_t count) {
  encoded.append(static_cast<const char*>(bytes), count);
}

template <typename Value>
Value Take(absl::string_view& rest) {
  Value value;
  std::memcpy(&value, rest.data(), sizeof(value));
  rest.remove_prefix(sizeof(value));
  return value;
}

absl::string_view TakeBytes(absl::string_view& rest, uint64_t count) {
  const absl::string_view bytes = rest.substr(0, count);
  rest.remove_prefix(count);
  return bytes;
}

enum class Place : uint32_t {};

}  // namespace

void WriteBatch::Add(Operation operation, ColumnFamily column_family, absl::string_view key,
                     absl::string_view second) {
  const uint32_t place = column_family.place();
  const uint64_t key_bytes = key.size();
  const uint64_t second_bytes = second.size();
  AppendBytes(encoded_, &operation, sizeof(operation));
  AppendBytes(encoded_, &place, sizeof(place));
  AppendBytes(encoded_, &key_bytes, sizeof(key_bytes));
  AppendBytes(encoded_, &second_bytes, sizeof(second_bytes));
  AppendBytes(encoded_, key.data(), key.size());
  AppendBytes(encoded_, second.data(), second.size());
  ++count_;
  has_puts_ |= operation == Operation::kPut;
}

void WriteBatch::Put(ColumnFamily column_family, absl::string_view key, absl::string_view value) {
  Add(Operation::kPut, column_family, key, value);
}

void WriteBatch::Delete(ColumnFamily column_family, absl::string_view key) {
  Add(Operation::kDelete, column_family, key, absl::string_view());
}

void WriteBatch::DeleteRange(ColumnFamily column_family, absl::string_view lower,
                             absl::string_view upper) {
  // An inverted range would be refused only after it had reached the log.
  if (lower < upper) Add(Operation::kDeleteRange, column_family, lower, upper);
}

void WriteBatch::Append(const WriteBatch& other) {
  count_ += other.count_;
  has_puts_ |= other.has_puts_;
  encoded_.append(other.encoded_);
}

void WriteBatch::Clear() {
  encoded_.clear();
  count_ = 0;
  has_puts_ = false;
}

void WriteBatch::ForEach(
    absl::FunctionRef<void(Operation, ColumnFamily, absl::string_view, absl::string_view)> visitor)
    const {
  absl::string_view rest = encoded_;
  while (!rest.empty()) {
    const auto operation = Take<Operation>(rest);
    const auto place = Take<Place>(rest);
    const auto key_bytes = Take<uint64_t>(rest);
    const auto second_bytes = Take<uint64_t>(rest);
    const absl::string_view key = TakeBytes(rest, key_bytes);
    const absl::string_view second = TakeBytes(rest, second_bytes);
    visitor(operation, place, key, second);
  }
}

}  // namespace onereturn

// Ordered composite keys: the bytewise order of encoded keys is the order of the tuples they
// encode, component by component. Two keys may be compared only if they have the same component
// types in the same places (by convention the first component is a u8 tag naming the layout).
//
//   key        = *component
//   u8 u32 u64 = big-endian
//   i64        = big-endian with the sign bit flipped
//   descending = big-endian of the bitwise NOT, so that the greatest value comes first
//   string     = *( byte other than 00 / 00 FF for a 00 ) 00 01
//   fixed      = raw bytes of a length both sides know
//
// On-disk format: a component's encoding never changes.
#ifndef ONERETURN_COMMON_STORAGE_KEY_CODEC_H_
#define ONERETURN_COMMON_STORAGE_KEY_CODEC_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace onereturn {

// Builds one key: `KeyWriter().U8(kTag).String(organisation).DescendingU64(sequence).Take()`.
class KeyWriter {
 public:
  KeyWriter& U8(uint8_t value);
  KeyWriter& U32(uint32_t value);
  KeyWriter& U64(uint64_t value);
  KeyWriter& I64(int64_t value);
  KeyWriter& DescendingU64(uint64_t value);
  // Any bytes, zero bytes included.
  KeyWriter& String(absl::string_view value);
  // Raw bytes. Order and round trip hold only if every key of the layout has the same length here.
  KeyWriter& Fixed(absl::string_view bytes);

  const std::string& key() const { return key_; }
  // The key; the writer is then empty.
  std::string Take();

 private:
  std::string key_;
};

// Takes a key apart in the order it was written. Every member answers DATA_LOSS when the key ends
// early or is not what a KeyWriter writes; after an error the position is unspecified. The key must
// outlive the reader.
class KeyReader {
 public:
  explicit KeyReader(absl::string_view key) : whole_bytes_(key.size()), rest_(key) {}

  absl::StatusOr<uint8_t> U8();
  absl::StatusOr<uint32_t> U32();
  absl::StatusOr<uint64_t> U64();
  absl::StatusOr<int64_t> I64();
  absl::StatusOr<uint64_t> DescendingU64();
  absl::StatusOr<std::string> String();
  // A view into the key.
  absl::StatusOr<absl::string_view> Fixed(size_t bytes);

  // OK exactly when nothing is left: a key with a tail is malformed.
  absl::Status Finish() const;

  absl::string_view rest() const { return rest_; }

 private:
  absl::Status Malformed(absl::string_view what) const;

  size_t whole_bytes_;
  absl::string_view rest_;
};

// The smallest key greater than every key that begins with `prefix`: the exclusive upper bound of a
// scan of that prefix. Empty, which scans read as "no bound", when there is none (no byte, or only
// bytes FF).
std::string PrefixUpperBound(absl::string_view prefix);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_STORAGE_KEY_CODEC_H_

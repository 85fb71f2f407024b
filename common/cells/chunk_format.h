// What the writer and the reader of chunks must agree on; the grammar is in cell_chunk.h.
#ifndef ONERETURN_COMMON_CELLS_CHUNK_FORMAT_H_
#define ONERETURN_COMMON_CELLS_CHUNK_FORMAT_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "common/cells/cell.h"
#include "common/cells/cell_chunk.h"

namespace onereturn::cells_internal {

// On disk: never change.
inline constexpr absl::string_view kMagicAndFormat("ORC\x01", 4);
inline constexpr uint8_t kValueKind = 0;

// A cell's key is its text indexes in order: the item, then dimension and value of each pair.
inline constexpr size_t kMaxKeyTexts = 1 + 2 * kMaxDimensionsPerCell;

inline bool IsNullReason(uint64_t number) {
  return number >= static_cast<uint64_t>(NullReason::kNotCollected) &&
         number <= static_cast<uint64_t>(NullReason::kSuppressedAtSource);
}

}  // namespace onereturn::cells_internal

#endif  // ONERETURN_COMMON_CELLS_CHUNK_FORMAT_H_

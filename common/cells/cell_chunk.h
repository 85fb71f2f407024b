// The packed cells of a revision: their form on disk and on the wire.
//
//   chunk      := magic:"ORC" format:0x01
//                 string_count:varint text*     -- strictly ascending bytewise
//                 cell_count:varint cell*       -- 1 to 4096, strictly ascending
//   text       := length:varint byte*           -- 1 to 256 bytes of UTF-8
//   cell       := item:text_index
//                 dimension_count:varint pair*  -- at most 16, strictly ascending by dimension
//                 kind:byte                     -- 0: a value follows; else the NullReason
//                 [millionths:zigzag]           -- only with kind 0; within Decimal's limit
//   pair       := dimension:text_index value:text_index
//   text_index := varint                        -- below string_count; every text is used
//
// Varints have their shortest form (common/base/bytes.h); nothing follows the last cell; a chunk
// has at most 48 KiB, so that it fits a feed entry. Cells are ordered by item, then by their pairs
// one after the other, all bytewise, a shorter list before a longer one that starts with it. So a
// set of cells has exactly one chunk, and digests can be compared in place of cells.
//
// Ledgered bytes are never rewritten: never change format 1, add a format 2 beside it.
#ifndef ONERETURN_COMMON_CELLS_CELL_CHUNK_H_
#define ONERETURN_COMMON_CELLS_CELL_CHUNK_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/cells/cell.h"
#include "common/decimal/decimal.h"

namespace onereturn {

inline constexpr size_t kMaxCellsPerChunk = 4'096;
inline constexpr size_t kMaxChunkBytes = 48 * 1'024;
inline constexpr size_t kMaxCellTextBytes = 256;
inline constexpr size_t kMaxDimensionsPerCell = 16;

// Packs the cells of a revision, in any order, into chunks; no cells give no chunks. Dimensions
// within a cell may be in any order too. The result depends on the set of cells alone: cells are
// sorted, and each chunk in turn takes as many of them as its limits allow.
//
// Refused, all faults of a kind at once as fields "cells[i]", where i counts in `cells`:
// FIELD_INVALID, a cell with a dimension twice, more than 16 dimensions, a text that is empty, too
// long or not UTF-8, or neither a value nor a known null reason; else DUPLICATE_CELL, a cell that
// was given before, by name.
absl::StatusOr<std::vector<std::string>> PackCells(std::vector<Cell> cells);
// The same for cells whose dimensions are in order already: nothing is copied, which counts for a
// return of hundreds of thousands of cells. Aborts when they are not in order.
absl::StatusOr<std::vector<std::string>> PackOrderedCells(absl::Span<const Cell> cells);

// The cells of one chunk, in order. CELLS_CORRUPT (DATA_LOSS), saying what and at which byte, for
// anything that PackCells cannot have written. Safe on any bytes.
absl::StatusOr<std::vector<Cell>> DecodeChunk(absl::string_view bytes);

// A cell seen in place: everything points into the chunk or lives until the callback returns.
struct DimensionView {
  absl::string_view dimension;
  absl::string_view value;
};
struct CellView {
  absl::string_view item;
  absl::Span<const DimensionView> dimensions;
  std::optional<Decimal> value;
  NullReason null_reason = NullReason::kNotCollected;  // Means something only without a value.
};

// As DecodeChunk, but shows each cell in turn and allocates nothing for it. When it fails, the
// cells before the fault have been shown: drop what was made of them.
absl::Status VisitChunk(absl::string_view bytes, absl::FunctionRef<void(const CellView&)> visit);

// The content hash of a revision, which an approval names: SHA-256 over the bytes "onereturn cells
// 1" and a NUL, then the SHA-256 digests of the chunks, in the order of PackCells.
std::array<uint8_t, 32> CellDigest(absl::Span<const std::array<uint8_t, 32>> chunk_digests);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_CELLS_CELL_CHUNK_H_

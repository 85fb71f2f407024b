#include "services/ingestion/app/returns/stored_cells.h"

#include <iterator>
#include <optional>
#include <utility>

#include "common/digest/digest.h"
#include "common/status/status_macros.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {

absl::StatusOr<std::string> StoredChunk(const Reader& reader, absl::string_view digest_bytes) {
  const absl::StatusOr<Digest> digest = DigestFromBytes(digest_bytes);
  if (!digest.ok()) return absl::DataLossError("a stored chunk of cells is not named");
  ASSIGN_OR_RETURN(std::optional<std::string> chunk, FindChunk(reader, *digest));
  if (!chunk.has_value()) return absl::DataLossError("a stored chunk of cells is missing");
  return *std::move(chunk);
}

absl::Status VisitStoredCells(const Reader& reader, const ChunkDigests& digests,
                              absl::FunctionRef<void(const CellView&)> visit) {
  for (const std::string& digest : digests) {
    ASSIGN_OR_RETURN(const std::string chunk, StoredChunk(reader, digest));
    RETURN_IF_ERROR(VisitChunk(chunk, visit));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> AnyStoredCell(const Reader& reader, const ChunkDigests& digests,
                                   absl::FunctionRef<bool(const CellView&)> is) {
  bool found = false;
  for (auto digest = digests.begin(); digest != digests.end() && !found; ++digest) {
    ASSIGN_OR_RETURN(const std::string chunk, StoredChunk(reader, *digest));
    RETURN_IF_ERROR(VisitChunk(chunk, [&](const CellView& cell) { found = found || is(cell); }));
  }
  return found;
}

absl::StatusOr<std::vector<Cell>> StoredCells(const Reader& reader, const ChunkDigests& digests) {
  std::vector<Cell> cells;
  for (const std::string& digest : digests) {
    ASSIGN_OR_RETURN(const std::string chunk, StoredChunk(reader, digest));
    ASSIGN_OR_RETURN(std::vector<Cell> part, DecodeChunk(chunk));
    cells.insert(cells.end(), std::make_move_iterator(part.begin()),
                 std::make_move_iterator(part.end()));
  }
  return cells;
}

}  // namespace onereturn::ingestion

#include "services/ingestion/app/returns/chunk_writing.h"

#include <future>
#include <utility>

#include "common/base/failpoint.h"
#include "common/status/status_macros.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {

absl::StatusOr<PackedCells> WriteAheadIfLarge(Committer* committer, PackedCells cells,
                                              size_t* room_bytes) {
  size_t chunk_bytes = 0;
  for (const std::string& chunk : cells.chunks) chunk_bytes += chunk.size();
  if (chunk_bytes <= *room_bytes) {
    *room_bytes -= chunk_bytes;
    return cells;
  }
  for (size_t i = 0; i < cells.chunks.size();) {
    PlainWrite write;
    while (i < cells.chunks.size() && write.batch.size_bytes() < kBatchChunkBytes) {
      PutChunk(cells.digests[i], cells.chunks[i], &write.batch);
      ++i;
    }
    std::promise<absl::Status> written;
    write.done = [&written](absl::Status status) { written.set_value(std::move(status)); };
    RETURN_IF_ERROR(committer->Write(std::move(write)));
    RETURN_IF_ERROR(written.get_future().get());
  }
  ONERETURN_FAILPOINT(kReturnChunksWritten);
  return PackedCells();
}

void PutChunks(const PackedCells& cells, WriteBatch* batch) {
  for (size_t i = 0; i < cells.chunks.size(); ++i) {
    PutChunk(cells.digests[i], cells.chunks[i], batch);
  }
}

}  // namespace onereturn::ingestion

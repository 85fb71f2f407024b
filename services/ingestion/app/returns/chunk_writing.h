// Putting the cell chunks of a return into the store.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RETURNS_CHUNK_WRITING_H_
#define ONERETURN_SERVICES_INGESTION_APP_RETURNS_CHUNK_WRITING_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/commit/committer.h"
#include "common/digest/digest.h"
#include "common/storage/write_batch.h"

namespace onereturn::ingestion {

struct PackedCells {
  std::vector<std::string> chunks;
  std::vector<Digest> digests;  // One a chunk.
};

// Chunks up to this go into the fact's own batch; more are written ahead, in batches of this size.
inline constexpr size_t kBatchChunkBytes = 256 * 1024;

// What of `cells` still goes into the batch of the fact that names them: all of it, where there is
// room, which then is less; nothing of others, whose chunks have been written ahead, in batches of
// their own, when this returns. Waits for the committer then.
absl::StatusOr<PackedCells> WriteAheadIfLarge(Committer* committer, PackedCells cells,
                                              size_t* room_bytes);

void PutChunks(const PackedCells& cells, WriteBatch* batch);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RETURNS_CHUNK_WRITING_H_

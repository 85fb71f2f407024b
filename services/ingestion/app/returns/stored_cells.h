// Cells as they are stored, read by the digests of their chunks.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RETURNS_STORED_CELLS_H_
#define ONERETURN_SERVICES_INGESTION_APP_RETURNS_STORED_CELLS_H_

#include <google/protobuf/repeated_ptr_field.h>

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/cells/cell_chunk.h"
#include "common/storage/reader.h"

namespace onereturn::ingestion {

// As facts name them: 32 bytes each, in order of the cells.
using ChunkDigests = google::protobuf::RepeatedPtrField<std::string>;

// DATA_LOSS, of all of them, where a digest is none or a chunk is missing or cannot be read.
absl::StatusOr<std::string> StoredChunk(const Reader& reader, absl::string_view digest_bytes);
// Each cell in turn, as VisitChunk shows it.
absl::Status VisitStoredCells(const Reader& reader, const ChunkDigests& digests,
                              absl::FunctionRef<void(const CellView&)> visit);
// Is there a cell of which `is` is true? No chunk behind it is read.
absl::StatusOr<bool> AnyStoredCell(const Reader& reader, const ChunkDigests& digests,
                                   absl::FunctionRef<bool(const CellView&)> is);
absl::StatusOr<std::vector<Cell>> StoredCells(const Reader& reader, const ChunkDigests& digests);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RETURNS_STORED_CELLS_H_

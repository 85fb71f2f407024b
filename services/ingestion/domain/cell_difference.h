// In which cells two states of a return differ.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_CELL_DIFFERENCE_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_CELL_DIFFERENCE_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "common/cells/cell.h"

namespace onereturn::ingestion {

// The next chunk (common/cells/cell_chunk.h) of a state, in order; nullopt after the last.
using ChunkSource = std::function<absl::StatusOr<std::optional<std::string>>()>;

// Shows each cell that the one state has and the other has not, or has otherwise (nullptr: it has
// it not), in order of item and dimensions. Holds one chunk of each side at a time. CELLS_CORRUPT
// for chunks that cannot be read.
absl::Status VisitDifferences(
    ChunkSource before, ChunkSource after,
    absl::FunctionRef<void(const Cell* cell_before, const Cell* cell_after)> visit);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_CELL_DIFFERENCE_H_

// Decodes any bytes as a chunk of cells: refused, or exactly the chunk that its cells are packed
// into.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/check.h"
#include "common/cells/cell_chunk.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<std::vector<onereturn::Cell>> cells = onereturn::DecodeChunk(bytes);
  if (!cells.ok()) return 0;
  const absl::StatusOr<std::vector<std::string>> chunks = onereturn::PackCells(*cells);
  ONERETURN_CHECK(chunks.ok());
  ONERETURN_CHECK(chunks->size() == 1);
  ONERETURN_CHECK(chunks->front() == bytes);
  return 0;
}

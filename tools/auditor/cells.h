// Cells of a revision as the feed carries them: a second reading of the grammar that
// common/cells/cell_chunk.h states.
#ifndef ONERETURN_TOOLS_AUDITOR_CELLS_H_
#define ONERETURN_TOOLS_AUDITOR_CELLS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tools/auditor/hashing.h"

namespace onereturn::auditor {

struct Cell {
  std::string item;
  std::map<std::string, std::string> dimensions;  // Value by dimension.
  std::optional<int64_t> millionths;
  int null_reason = 0;  // 1 to 4 where there is no value; otherwise 0.

  friend bool operator==(const Cell& a, const Cell& b) {
    return a.item == b.item && a.dimensions == b.dimensions && a.millionths == b.millionths &&
           a.null_reason == b.null_reason;
  }
};

// The order of cells within a revision: item, then pair after pair, bytewise.
bool IsBefore(const Cell& a, const Cell& b);
// "ae_attendances[department=type1]".
std::string NameOf(const Cell& cell);

// Adds the cells of a chunk. Otherwise what is wrong with it, in words; nullopt when nothing is: it
// has the one form that a set of cells has.
std::optional<std::string> ReadChunk(absl::string_view bytes, std::vector<Cell>* cells);

// SHA-256 of "onereturn cells 1", NUL, and the chunks' digests in order.
Hash CellDigest(const std::vector<Hash>& chunk_digests);

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_CELLS_H_

#include "services/ingestion/domain/cell_difference.h"

#include <utility>
#include <vector>

#include "common/cells/cell_chunk.h"
#include "common/status/status_macros.h"
#include "services/ingestion/domain/cell_order.h"

namespace onereturn::ingestion {
namespace {

// The cells of one state, one after the other.
class CellWalk {
 public:
  explicit CellWalk(ChunkSource next) : next_(std::move(next)) {}

  // nullptr after the last cell.
  absl::StatusOr<const Cell*> Current() {
    while (place_ == cells_.size() && !ended_) {
      ASSIGN_OR_RETURN(const std::optional<std::string> chunk, next_());
      ended_ = !chunk.has_value();
      if (ended_) break;
      ASSIGN_OR_RETURN(cells_, DecodeChunk(*chunk));
      place_ = 0;
    }
    return place_ == cells_.size() ? nullptr : &cells_[place_];
  }
  void Advance() { ++place_; }

 private:
  ChunkSource next_;
  std::vector<Cell> cells_;
  size_t place_ = 0;
  bool ended_ = false;
};

// Does the one cell stand before the other? After the last cell there is none.
bool StandsBefore(const Cell* one, const Cell* other) {
  if (one == nullptr) return false;
  if (other == nullptr) return true;
  return CellBefore(*one, *other);
}

}  // namespace

absl::Status VisitDifferences(
    ChunkSource before, ChunkSource after,
    absl::FunctionRef<void(const Cell* cell_before, const Cell* cell_after)> visit) {
  CellWalk walk_before(std::move(before));
  CellWalk walk_after(std::move(after));
  while (true) {
    ASSIGN_OR_RETURN(const Cell* old_cell, walk_before.Current());
    ASSIGN_OR_RETURN(const Cell* new_cell, walk_after.Current());
    if (old_cell == nullptr && new_cell == nullptr) return absl::OkStatus();
    if (StandsBefore(old_cell, new_cell)) {
      visit(old_cell, nullptr);
      walk_before.Advance();
    } else if (StandsBefore(new_cell, old_cell)) {
      visit(nullptr, new_cell);
      walk_after.Advance();
    } else {
      if (!(*old_cell == *new_cell)) visit(old_cell, new_cell);
      walk_before.Advance();
      walk_after.Advance();
    }
  }
}

}  // namespace onereturn::ingestion

#include "services/ingestion/app/earlier_returns.h"

#include <cstdint>
#include <optional>
#include <set>
#include <utility>

#include "common/cells/cell_chunk.h"
#include "common/commit/journal.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/accepted_return.h"
#include "services/ingestion/store/return_table.h"

namespace onereturn::ingestion {
namespace {

Cell CopyOf(const CellView& view) {
  Cell cell;
  cell.item = std::string(view.item);
  cell.dimensions.reserve(view.dimensions.size());
  for (const DimensionView& dimension : view.dimensions) {
    cell.dimensions.push_back({std::string(dimension.dimension), std::string(dimension.value)});
  }
  cell.value = view.value;
  cell.null_reason = view.null_reason;
  return cell;
}

// The cells that the entry's return holds: of these items, or all where `items` is null.
absl::StatusOr<std::vector<Cell>> CellsOfItems(const Reader& reader, uint64_t sequence,
                                               const std::set<std::string>* items) {
  ASSIGN_OR_RETURN(const std::string bytes, EntryBytes(reader, sequence));
  ASSIGN_OR_RETURN(const feed::v1::ReturnAccepted fact, ReturnOfEntry(bytes));
  std::vector<Cell> cells;
  for (const std::string& digest_bytes : fact.chunk_digests()) {
    ASSIGN_OR_RETURN(const Digest digest, DigestFromBytes(digest_bytes));
    ASSIGN_OR_RETURN(const std::optional<std::string> chunk, FindChunk(reader, digest));
    if (!chunk.has_value()) return absl::DataLossError("a stored chunk of cells is missing");
    RETURN_IF_ERROR(VisitChunk(*chunk, [&](const CellView& cell) {
      if (items == nullptr || items->count(std::string(cell.item)) > 0)
        cells.push_back(CopyOf(cell));
    }));
  }
  return cells;
}

}  // namespace

absl::StatusOr<std::vector<Cell>> ReadCells(const Reader& reader, uint64_t sequence) {
  return CellsOfItems(reader, sequence, nullptr);
}

absl::StatusOr<EarlierReturns> ReadEarlierReturns(const Reader& reader,
                                                  const Collection& collection,
                                                  const Period& period,
                                                  const std::string& organisation) {
  EarlierReturns earlier;
  const uint32_t furthest = collection.PriorPeriods();
  if (furthest == 0) return earlier;
  const std::set<std::string> items = collection.HistoryItems();
  std::optional<Period> before = period.Previous();
  for (uint32_t distance = 1; distance <= furthest && before.has_value();
       ++distance, before = before->Previous()) {
    ASSIGN_OR_RETURN(ReturnHeadState head,
                     HeadOf(reader, ReturnKey{collection.code, before->ToString(), organisation}));
    earlier.read_set.push_back(std::move(head.check));
    if (head.newest.number == 0) continue;
    ASSIGN_OR_RETURN(std::vector<Cell> cells, CellsOfItems(reader, head.newest.sequence, &items));
    earlier.history.push_back(EarlierReturn{distance, std::move(cells)});
  }
  return earlier;
}

}  // namespace onereturn::ingestion

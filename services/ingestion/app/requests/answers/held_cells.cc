#include "services/ingestion/app/requests/answers/held_cells.h"

#include "common/commit/journal.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/returns/accepted_return.h"
#include "services/ingestion/app/returns/stored_cells.h"

namespace onereturn::ingestion {

absl::StatusOr<std::shared_ptr<const ReturnCells>> HeldCells::Read(const HeldRevision& held) const {
  ASSIGN_OR_RETURN(const std::string bytes, EntryBytes(*reader_, held.sequence));
  ASSIGN_OR_RETURN(const feed::v1::ReturnAccepted fact, ReturnOfEntry(bytes));
  feed::v1::Entry entry;
  if (!entry.ParseFromString(bytes)) return absl::DataLossError("a stored entry cannot be read");
  auto read = std::make_shared<ReturnCells>();
  read->revision = fact.revision();
  read->status = fact.status();
  read->accepted = Timestamp{entry.time_micros()};
  for (const std::string& digest : fact.chunk_digests()) {
    ASSIGN_OR_RETURN(const std::string chunk, StoredChunk(*reader_, digest));
    ASSIGN_OR_RETURN(std::vector<Cell> cells, DecodeChunk(chunk));
    for (Cell& cell : cells) {
      if (items_.count(cell.item) > 0) read->cells[cell.item].push_back(std::move(cell));
    }
  }
  return read;
}

absl::StatusOr<std::shared_ptr<const ReturnCells>> HeldCells::Of(const FigureSource::Part& part) {
  const auto known = kept_.find(part.held->sequence);
  if (known != kept_.end()) return known->second.held;
  ASSIGN_OR_RETURN(std::shared_ptr<const ReturnCells> read, Read(*part.held));
  Kept kept{read, 1};
  for (const auto& [item, cells] : read->cells) kept.cells += cells.size();
  cells_ += kept.cells;
  kept_.emplace(part.held->sequence, std::move(kept));
  order_.push_back(part.held->sequence);
  while (cells_ > kMostCells && order_.size() > 1) {
    const auto oldest = kept_.find(order_.front());
    cells_ -= oldest->second.cells;
    kept_.erase(oldest);
    order_.pop_front();
  }
  return read;
}

}  // namespace onereturn::ingestion

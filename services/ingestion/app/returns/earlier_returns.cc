#include "services/ingestion/app/returns/earlier_returns.h"

#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>

#include "common/commit/journal.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/returns/accepted_return.h"
#include "services/ingestion/app/returns/stored_cells.h"
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

}  // namespace

absl::StatusOr<std::vector<Cell>> CellsOfReturn(
    const Reader& reader, uint64_t sequence,
    absl::FunctionRef<bool(absl::string_view item)> is_wanted) {
  ASSIGN_OR_RETURN(const std::string bytes, EntryBytes(reader, sequence));
  ASSIGN_OR_RETURN(const feed::v1::ReturnAccepted fact, ReturnOfEntry(bytes));
  std::vector<Cell> cells;
  RETURN_IF_ERROR(VisitStoredCells(reader, fact.chunk_digests(), [&](const CellView& cell) {
    if (is_wanted(cell.item)) cells.push_back(CopyOf(cell));
  }));
  return cells;
}

StoredReturns::StoredReturns(const Reader* reader, const Collection* collection,
                             const Period& period, const std::string& organisation,
                             std::optional<uint64_t> sequence, uint64_t most_cells)
    : reader_(reader),
      collection_(collection),
      period_(period),
      organisation_(organisation),
      sequence_(sequence),
      furthest_(collection->PriorPeriods()),
      items_(collection->HistoryItems()),
      most_cells_(most_cells) {
  for (const std::string& item : items_) {
    const auto found = collection->items.find(item);
    in_order_ = in_order_ || (found != collection->items.end() && found->second.IsSparse());
  }
}

const EarlierReturn* StoredReturns::Before(uint32_t periods_before) const {
  if (periods_before > furthest_ || !status_.ok()) return nullptr;
  if (periods_before == 0) {
    if (read_.count(0) == 0) status_.Update(ReadBesideReturns());
  } else {
    uint32_t next = in_order_ ? 1 : periods_before;
    for (; next <= periods_before && status_.ok(); ++next) {
      if (read_.count(next) == 0) status_.Update(Read(next));
    }
  }
  const auto found = read_.find(periods_before);
  if (!status_.ok() || found == read_.end() || !found->second.has_value()) return nullptr;
  return &*found->second;
}

// The entry of the newest revision; nullopt where none is held.
absl::StatusOr<std::optional<uint64_t>> StoredReturns::Find(const std::string& collection,
                                                            const Period& period) const {
  const ReturnKey key{collection, period.ToString(), organisation_};
  if (sequence_.has_value()) {
    ASSIGN_OR_RETURN(
        const std::optional<RevisionPlace> place,
        FindRevision(*reader_, OrganisationScope::Only(organisation_), key, *sequence_));
    return place.has_value() ? std::optional(place->sequence) : std::nullopt;
  }
  ASSIGN_OR_RETURN(ReturnHeadState head, HeadOf(*reader_, key));
  read_set_.push_back(std::move(head.check));
  return head.newest.number == 0 ? std::nullopt : std::optional(head.newest.sequence);
}

absl::StatusOr<std::vector<Cell>> StoredReturns::Cells(uint64_t sequence,
                                                       const std::set<std::string>& items,
                                                       uint64_t most) const {
  uint64_t taken = 0;
  return CellsOfReturn(*reader_, sequence, [&items, &taken, most](absl::string_view item) {
    const bool wanted = taken <= most && items.count(std::string(item)) > 0;
    if (wanted) ++taken;
    return wanted;
  });
}

absl::Status StoredReturns::Read(uint32_t periods_before) const {
  std::optional<EarlierReturn>& read = read_[periods_before];
  std::optional<Period> before = period_;
  for (uint32_t i = 0; i < periods_before && before.has_value(); ++i) before = before->Previous();
  if (!before.has_value() || held_ > most_cells_) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::optional<uint64_t> sequence, Find(collection_->code, *before));
  if (!sequence.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(std::vector<Cell> cells, Cells(*sequence, items_, most_cells_ - held_));
  held_ += cells.size();
  if (held_ <= most_cells_) read = EarlierReturn{periods_before, std::move(cells)};
  return absl::OkStatus();
}

absl::Status StoredReturns::ReadBesideReturns() const {
  std::optional<EarlierReturn>& read = read_[0];
  uint64_t held = 0;
  for (const BesideSpec& beside : collection_->beside) {
    ASSIGN_OR_RETURN(const std::optional<uint64_t> sequence, Find(beside.collection, period_));
    if (!sequence.has_value()) continue;
    ASSIGN_OR_RETURN(std::vector<Cell> cells, Cells(*sequence, beside.items, most_cells_ - held));
    held += cells.size();
    if (held > most_cells_) return absl::OkStatus();
    if (!read.has_value()) read.emplace();
    std::move(cells.begin(), cells.end(), std::back_inserter(read->cells));
  }
  return absl::OkStatus();
}

absl::StatusOr<ReturnHistory> HistoryAt(const Reader& reader, const Collection& collection,
                                        const Period& period, const std::string& organisation,
                                        uint64_t sequence) {
  const StoredReturns past(&reader, &collection, period, organisation, sequence);
  ReturnHistory history;
  const uint32_t furthest = collection.PriorPeriods();
  for (uint32_t distance = collection.beside.empty() ? 1 : 0; distance <= furthest; ++distance) {
    const EarlierReturn* const earlier = past.Before(distance);
    if (earlier != nullptr) history.push_back(*earlier);
  }
  RETURN_IF_ERROR(past.status());
  return history;
}

}  // namespace onereturn::ingestion

// What an organisation returned before, read for the rules that ask for it.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RETURNS_EARLIER_RETURNS_H_
#define ONERETURN_SERVICES_INGESTION_APP_RETURNS_EARLIER_RETURNS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/cells/cell.h"
#include "common/commit/committer.h"
#include "common/period/period.h"
#include "common/storage/reader.h"
#include "services/ingestion/domain/collection.h"
#include "services/ingestion/domain/rule_history.h"

namespace onereturn::ingestion {

// The cells that the entry's return holds of the items that are wanted; of all, where nothing says
// which.
absl::StatusOr<std::vector<Cell>> CellsOfReturn(
    const Reader& reader, uint64_t sequence,
    absl::FunctionRef<bool(absl::string_view item)> is_wanted = [](absl::string_view) {
      return true;
    });

// What an organisation returned before a period, and beside its return, read from the store as it
// is asked for. Of earlier periods it is what the collection's rules read, of as many periods. The
// definition bounds the cells that are owed (kMaxCellsOfHistory); of sparse items a return holds
// what it holds: where that is more in all, periods from there on back are as if nothing were held.
// As many again are read of what stands beside the return: where other collections hold more in
// all, the one that goes beyond and those after it are as if nothing were held. Counted apart, so
// that what is read does not depend on what a rule comes to look at first.
class StoredReturns final : public PastReturns {
 public:
  // As the store has them now. What it is given must outlive it.
  StoredReturns(const Reader* reader, const Collection* collection, const Period& period,
                const std::string& organisation)
      : StoredReturns(reader, collection, period, organisation, std::nullopt) {}
  // As of `sequence`, for whoever only reads. `most_cells` is in place of kMaxCellsOfHistory.
  StoredReturns(const Reader* reader, const Collection* collection, const Period& period,
                const std::string& organisation, std::optional<uint64_t> sequence,
                uint64_t most_cells = kMaxCellsOfHistory);

  // nullptr also where something could not be read: status() says so.
  const EarlierReturn* Before(uint32_t periods_before) const override;
  absl::Status status() const override { return status_; }
  // Of every return that was looked for, held or not: that it is still so. Empty where they are
  // read as of a sequence.
  std::vector<ReadCheck> TakeReadSet() { return std::move(read_set_); }

 private:
  absl::StatusOr<std::optional<uint64_t>> Find(const std::string& collection,
                                               const Period& period) const;
  absl::Status Read(uint32_t periods_before) const;
  absl::Status ReadBesideReturns() const;
  // Those of the items, and no more than it takes to tell that they are more than `most`.
  absl::StatusOr<std::vector<Cell>> Cells(uint64_t sequence, const std::set<std::string>& items,
                                          uint64_t most) const;

  const Reader* const reader_;
  const Collection* const collection_;
  const Period period_;
  const std::string organisation_;
  const std::optional<uint64_t> sequence_;
  const uint32_t furthest_;
  const std::set<std::string> items_;
  const uint64_t most_cells_;
  bool in_order_ = false;  // Sparse items count together: nearer periods are read first.
  mutable std::map<uint32_t, std::optional<EarlierReturn>> read_;
  mutable uint64_t held_ = 0;  // Cells of earlier periods.
  mutable std::vector<ReadCheck> read_set_;
  mutable absl::Status status_;
};

// All that the collection's rules may ask for, as of `sequence`, the nearest first: for whoever
// only reads. DATA_LOSS where what is stored cannot be read.
absl::StatusOr<ReturnHistory> HistoryAt(const Reader& reader, const Collection& collection,
                                        const Period& period, const std::string& organisation,
                                        uint64_t sequence);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RETURNS_EARLIER_RETURNS_H_

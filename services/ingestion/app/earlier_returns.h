// What an organisation returned before, read for the rules that ask for it.
#ifndef ONERETURN_SERVICES_INGESTION_APP_EARLIER_RETURNS_H_
#define ONERETURN_SERVICES_INGESTION_APP_EARLIER_RETURNS_H_

#include <cstdint>
#include <string>
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

struct EarlierReturns {
  ReturnHistory history;
  // Of every period that was looked for, held or not: that it is still so.
  std::vector<ReadCheck> read_set;
};

// The cells that the entry's return holds of the items that are wanted; of all, where nothing says
// which.
absl::StatusOr<std::vector<Cell>> CellsOfReturn(
    const Reader& reader, uint64_t sequence,
    absl::FunctionRef<bool(absl::string_view item)> is_wanted = [](absl::string_view) {
      return true;
    });

// The newest revisions of the organisation's returns for as many periods before `period` as the
// collection's rules read, with the items that they read. Where no rule reads any, nothing is read
// and both are empty. The definition bounds the cells that are owed (kMaxCellsOfHistory); of sparse
// items a return holds what it holds: where it is more in all, periods from there on back are as if
// nothing were held. DATA_LOSS where what is stored cannot be read.
absl::StatusOr<EarlierReturns> ReadEarlierReturns(const Reader& reader,
                                                  const Collection& collection,
                                                  const Period& period,
                                                  const std::string& organisation);

// The same as of `sequence`, for whoever only reads.
absl::StatusOr<ReturnHistory> HistoryAt(const Reader& reader, const Collection& collection,
                                        const Period& period, const std::string& organisation,
                                        uint64_t sequence);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_EARLIER_RETURNS_H_

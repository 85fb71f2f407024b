// What an organisation returned before, read for the rules that ask for it.
#ifndef ONERETURN_SERVICES_INGESTION_APP_EARLIER_RETURNS_H_
#define ONERETURN_SERVICES_INGESTION_APP_EARLIER_RETURNS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
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

// All cells of the return that the entry holds, in order. DATA_LOSS as below.
absl::StatusOr<std::vector<Cell>> ReadCells(const Reader& reader, uint64_t sequence);

// The newest revisions of the organisation's returns for as many periods before `period` as the
// collection's rules read, with the items that they read. Where no rule reads any, nothing is read
// and both are empty. The definition bounds the cells (kMaxCellsOfHistory). DATA_LOSS where what is
// stored cannot be read.
absl::StatusOr<EarlierReturns> ReadEarlierReturns(const Reader& reader,
                                                  const Collection& collection,
                                                  const Period& period,
                                                  const std::string& organisation);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_EARLIER_RETURNS_H_

// Cells and findings, from the API's messages and into them.
#ifndef ONERETURN_SERVICES_INGESTION_DEFINITIONS_MESSAGES_H_
#define ONERETURN_SERVICES_INGESTION_DEFINITIONS_MESSAGES_H_

#include "absl/status/statusor.h"
#include "common/cells/cell.h"
#include "onereturn/common/v1/cell.pb.h"
#include "onereturn/common/v1/finding.pb.h"
#include "services/ingestion/domain/finding.h"

namespace onereturn::ingestion {

// The cell without a value; its dimensions sorted.
Cell CellAt(const common::v1::CellReference& reference);
// RANGE for a number that no cell can hold. A cell without a number is a null, of whatever reason
// it says.
absl::StatusOr<Cell> CellFrom(const common::v1::Cell& message);

common::v1::CellReference ReferenceTo(const Cell& cell);
common::v1::Cell MessageOf(const Cell& cell);
common::v1::Finding MessageOf(const Finding& finding);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DEFINITIONS_MESSAGES_H_

// A nil return: the organisation says that there was nothing to count.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_NIL_RETURN_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_NIL_RETURN_H_

#include <string>
#include <vector>

#include "common/cells/cell.h"
#include "common/period/period.h"
#include "services/ingestion/domain/collection.h"

namespace onereturn::ingestion {

// Every cell of a whole return: zero, or a null NOT_COLLECTED where the catalogue says that the
// organisation does not collect it in the period. Sparse items have no cells: none is owed, and
// that there is none says that there was nothing to count.
std::vector<Cell> NilCells(const Collection& collection, const std::string& organisation,
                           const Period& period);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_NIL_RETURN_H_

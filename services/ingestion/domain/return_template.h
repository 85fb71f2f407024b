// A file for an officer to fill in: the return of one organisation and period in one of the
// collection's layouts, with what is known of it already.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_RETURN_TEMPLATE_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_RETURN_TEMPLATE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/cells/cell.h"
#include "common/period/period.h"
#include "services/ingestion/domain/collection.h"

namespace onereturn::ingestion {

// A CSV file that the reader of `layout` takes once it is filled in. `held` are the cells of the
// return as it stands; empty when there is none. A cell that the organisation is known not to
// collect has its null reason; every other that is owed and not held is blank, for the officer to
// fill in. Of sparse items the long form has what is held, and blank rows that may stay so: one for
// each combination of values, where there are at most kMostBlankRows of an item, else one; what
// stands for any organisation is left to the officer.
// FILE_LAYOUT for a layout whose rows are found in files alone (rows of several kinds or with
// dimensions, a period written in words): a template in the collection's long layout gives the
// same figures.
inline constexpr uint64_t kMostBlankRows = 300;
absl::StatusOr<std::string> WriteTemplate(const Collection& collection, const LayoutSpec& layout,
                                          const Period& period, absl::string_view organisation,
                                          const std::vector<Cell>& held);

// The first layout that a template can be written in; nullptr when there is none.
const LayoutSpec* LayoutForTemplate(const Collection& collection);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_RETURN_TEMPLATE_H_

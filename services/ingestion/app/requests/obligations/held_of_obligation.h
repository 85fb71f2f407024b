// What an organisation that contests an obligation holds already of the same items.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_OBLIGATIONS_HELD_OF_OBLIGATION_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_OBLIGATIONS_HELD_OF_OBLIGATION_H_

#include <set>
#include <string>
#include <vector>

#include "onereturn/requests/v1/obligation.pb.h"
#include "services/ingestion/domain/requests/coverage.h"
#include "services/ingestion/domain/requests/known_catalogue.h"

namespace onereturn::ingestion {

// The newest revisions of the organisation's returns, of whatever collection and version, that hold
// one of the items, or one that means the same: of equal concept, measure, unit, population and
// cut-off in some version of each. The newest period first, then in order of collection; at most
// 20, and of each at most 20 items. A null with its reason is held.
std::vector<requests::v1::HeldOfObligation> HeldOfItems(const KnownCatalogue& catalogue,
                                                        const Coverage& coverage,
                                                        const std::string& organisation,
                                                        const std::set<std::string>& items);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_OBLIGATIONS_HELD_OF_OBLIGATION_H_

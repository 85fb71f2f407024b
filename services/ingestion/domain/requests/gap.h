// What is asked of whom, and when it is due.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_GAP_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_GAP_H_

#include <vector>

#include "services/ingestion/domain/requests/due_moment.h"
#include "services/ingestion/domain/requests/needs.h"

namespace onereturn::ingestion {

// Says of every item of every return that is needed whether it is asked (ItemReturns::asks), each
// once. True where something is asked that nobody owes yet.
bool MarkAsks(const Ask& ask, const MatchWorld& world, const std::vector<PeriodNeeds>& needs,
              HeldReturns& returns);

// Of what was marked, in order.
std::vector<Gap> GapsOf(const std::vector<PeriodNeeds>& needs, uint32_t notice_days,
                        HeldReturns& returns, DueMoments& due);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_GAP_H_

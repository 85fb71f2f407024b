// What a match spares organisations, and what the rest costs them: docs/collect-once.md, "Minutes".
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_PRICE_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_PRICE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "services/ingestion/domain/requests/due_moment.h"
#include "services/ingestion/domain/requests/needs.h"

namespace onereturn::ingestion {

// Where it is noted when what is outstanding is due; both as GapsOf took them.
struct PriceByDue {
  DueMoments* moments = nullptr;
  uint32_t notice_days = 0;
  DueMinutes* minutes = nullptr;
};

// After MarkAsks. By organisation that reports; those on whom nothing falls are left out.
// `by_due` may be null.
std::map<std::string, OrganisationPrice> PricesOf(const MatchingRules& rules,
                                                  const std::vector<PeriodNeeds>& needs,
                                                  const NewFigureMinutes& new_figures,
                                                  const HeldReturns& returns,
                                                  const PriceByDue* by_due);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_PRICE_H_

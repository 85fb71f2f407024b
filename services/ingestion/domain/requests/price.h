// What a match spares organisations, and what the rest costs them: docs/collect-once.md, "Minutes".
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_PRICE_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_PRICE_H_

#include <map>
#include <string>
#include <vector>

#include "services/ingestion/domain/requests/needs.h"

namespace onereturn::ingestion {

// After MarkAsks. By organisation that reports; those on whom nothing falls are left out.
std::map<std::string, OrganisationPrice> PricesOf(const MatchingRules& rules,
                                                  const std::vector<PeriodNeeds>& needs,
                                                  const NewFigureMinutes& new_figures,
                                                  const HeldReturns& returns);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_PRICE_H_

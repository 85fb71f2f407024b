// What somebody should look at before a request is issued.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_CONCERNS_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_CONCERNS_H_

#include <optional>
#include <vector>

#include "services/ingestion/domain/requests/line_plan.h"

namespace onereturn::ingestion {

// Of the lines, in order: near duplicates, other definitions, other guidance.
std::vector<Concern> LineConcerns(const Ask& ask, const std::vector<LineSubject>& subjects,
                                  const KnownCatalogue& catalogue);

// CONFLICT_DATE, once for each collection, in order.
std::vector<Concern> DateConcerns(const Ask& ask, const MatchWorld& world,
                                  const MatchResult& result);

// TOO_LARGE, where more is missing than one issue may make owed. It stops counting there.
std::optional<Concern> SizeConcern(const std::vector<Gap>& gaps, const IssueBounds& bounds);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_CONCERNS_H_

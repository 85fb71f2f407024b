// Triples of one line that are covered alike, joined to blocks.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_BLOCKS_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_BLOCKS_H_

#include <cstdint>
#include <vector>

#include "services/ingestion/domain/requests/figure_source.h"

namespace onereturn::ingestion {

// One line in one period: how each organisation asked is covered, in their order.
struct LinePeriod {
  Period period;
  LinePlan plan;
  std::vector<Cover> covers;
};

// The blocks of one line, in order of class, first organisation, first period. `organisations`: the
// numbers of those asked.
std::vector<MatchBlock> BlocksOf(const Ask& ask, uint32_t line, const LineSubject& subject,
                                 const std::vector<uint32_t>& organisations,
                                 const std::vector<LinePeriod>& periods, HeldReturns& returns);

// The one home collection of everything the line reads in the period; empty: several, or none.
std::string CollectionOf(const LinePlan& plan);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_BLOCKS_H_

// Which collection an item is collected by, and which of its periods are held and not used.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_ITEM_HOMES_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_ITEM_HOMES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/period/civil_day.h"
#include "services/ingestion/domain/requests/coverage.h"
#include "services/ingestion/domain/requests/known_catalogue.h"

namespace onereturn::ingestion {

// The collections of which an item is or was a part, by item; of several that of the newest
// periods.
std::map<std::string, std::string> HomesByItem(const KnownCatalogue& catalogue);

// One period of a collection of which something is held.
struct HeldPeriod {
  CivilDay start;
  CivilDay first_accepted;  // In London, by the newest revisions.
  uint64_t returns = 0;
};

// Looks at each collection once. `coverage` must outlive it.
class HeldPeriods {
 public:
  explicit HeldPeriods(const Coverage* coverage) : coverage_(*coverage) {}

  const std::vector<HeldPeriod>& Of(const std::string& collection);

 private:
  const Coverage& coverage_;
  std::map<std::string, std::vector<HeldPeriod>> by_collection_;
};

struct UnusedPeriods {
  uint32_t count = 0;
  std::optional<CivilDay> first_held;  // The day on which the first of any of its periods came.
};
// Of the held periods for which the collection has the item, those of which all that is held came
// on a later day than `last_use` (nullopt: all of them); at most as many as whole periods of the
// collection's kind have gone by between `last_use` (nullopt: the day on which the first of them
// came) and `today`. So years that are loaded on one day are not unused for years.
UnusedPeriods UnusedPeriodsOf(const CollectionOverTime& home, const std::vector<HeldPeriod>& held,
                              const std::string& item, const std::optional<CivilDay>& last_use,
                              const CivilDay& today);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_ITEM_HOMES_H_

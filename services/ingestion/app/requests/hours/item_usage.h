// Which items are used, by whom and for what, and which are not.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_ITEM_USAGE_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_ITEM_USAGE_H_

#include <cstdint>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "common/period/civil_day.h"
#include "common/storage/reader.h"
#include "onereturn/requests/v1/hours_service.pb.h"
#include "onereturn/requests/v1/request.pb.h"
#include "services/ingestion/app/returns/read_returns.h"
#include "services/ingestion/domain/requests/coverage.h"
#include "services/ingestion/domain/requests/known_catalogue.h"

namespace onereturn::ingestion {

// What usage is reckoned on, at one position. Both must outlive the call.
struct UsageWorld {
  const KnownCatalogue* catalogue = nullptr;
  const Coverage* coverage = nullptr;
  uint64_t sequence = 0;
  CivilDay today;  // In London.
};

// The items that have or had a home, in order of code, after `after` (where the page before ended;
// empty: from the first), at most `limit`. Uses are no facts: they are as they are on disk now,
// those of the last second may be missing; all else is as it was at the position.
//
// Periods are unused as UnusedPeriodsOf says. `minutes` are what the item's figures cost, by the
// estimates for each period, without its returns as a whole; each return counts once, however often
// it was revised. Pence are the same by the pay bands in force (cost_in_pence.h).
absl::StatusOr<PageOf<requests::v1::ItemUsage>> ListItemUsage(
    const Reader& reader, const UsageWorld& world, const requests::v1::ListUsageRequest& request,
    const std::string& after, size_t limit);

// The items that an issued request asked for: by their codes, by descriptions that were taken for
// them, and those that were made for it.
std::set<std::string> ItemsAskedFor(const requests::v1::DataRequest& request);

// Did the body, or one that has succeeded it by the day of `until`, read the item since the fact at
// `from` was accepted? Uses are no facts: as they are on disk now, whatever `until` is.
absl::StatusOr<bool> WasReadSince(const Reader& reader, const std::string& body,
                                  const std::string& item, uint64_t from, uint64_t until);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_ITEM_USAGE_H_

// Which items go to review: those that are collected and that nobody has used for long.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_UNUSED_ITEMS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_UNUSED_ITEMS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "common/storage/reader.h"
#include "onereturn/requests/v1/item_review.pb.h"
#include "services/ingestion/app/requests/hours/item_usage.h"

namespace onereturn::ingestion {

// The reviews that are to be opened, in order of the items' codes: of items that are collected from
// now on, whose review is not open, and that were unused for at least `periods` periods since their
// last use and since a steward kept them. Each has its name and all that it says when it is opened,
// but for its time and place. Uses are as they are on disk now.
absl::StatusOr<std::vector<requests::v1::ItemReview>> UnusedItems(const Reader& reader,
                                                                  const UsageWorld& world,
                                                                  uint32_t periods);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_UNUSED_ITEMS_H_

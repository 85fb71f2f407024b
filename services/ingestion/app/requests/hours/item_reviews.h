// Reviews of items that nobody used for long: reading them, and keeping an item all the same.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_ITEM_REVIEWS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_ITEM_REVIEWS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/commit/fact_writer.h"
#include "common/storage/reader.h"
#include "onereturn/requests/v1/hours_service.pb.h"
#include "onereturn/requests/v1/item_review.pb.h"
#include "services/ingestion/app/returns/read_returns.h"
#include "services/ingestion/app/rights/grant_rights.h"

namespace onereturn::ingestion {

struct ItemReviewAnswer {
  requests::v1::ItemReview review;  // As its fact left it.
  Accepted accepted;
};

// Thread safe.
class KeepItems {
 public:
  using Done = std::function<void(absl::StatusOr<ItemReviewAnswer> answer)>;

  // Both must outlive it.
  KeepItems(const Reader* store, const FactWriter* writer) : store_(store), writer_(writer) {}

  // Judges on the calling thread and answers on the committer's. NOT_FOUND for what is not the
  // item's newest review; REQUEST_STATE for one that is not open; FIELD_INVALID, PERSONAL_DATA.
  // What is decided spends the token, as GrantRights::Decide.
  void Keep(const OfficerOrigin& origin, const requests::v1::KeepItemRequest& request,
            Done done) const;

 private:
  const Reader* const store_;
  const FactWriter* const writer_;
};

// The newest review of each item, as it was at `sequence`, after `after` (where the page before
// ended; empty: from the first), at most `limit`. `body`: what the caller acts for; nullopt is
// named by none.
absl::StatusOr<PageOf<requests::v1::ItemReview>> ListItemReviews(
    const Reader& reader, const requests::v1::ListItemReviewsRequest& request,
    const std::optional<std::string>& body, const std::string& after, size_t limit,
    uint64_t sequence);

// The first period for which the item, as it was defined at `sequence`, is no more; empty: it is
// in use.
absl::StatusOr<std::string> RetiredFrom(const Reader& reader, const std::string& item,
                                        uint64_t sequence);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_ITEM_REVIEWS_H_

// The scheduler of items: which of them nobody has used for so long that they go to review.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_OPEN_ITEM_REVIEWS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_OPEN_ITEM_REVIEWS_H_

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "common/clock/clock.h"
#include "common/commit/fact_writer.h"
#include "common/period/civil_day.h"
#include "common/storage/store.h"
#include "onereturn/requests/v1/item_review.pb.h"
#include "services/ingestion/app/requests/matching/catalogue_picture.h"
#include "services/ingestion/app/requests/matching/held_coverage.h"

namespace onereturn::ingestion {

// A review is one fact, with a request id of its own, so that none is opened twice, whatever is
// killed when. An item has one open review at most; once a steward kept it, it goes to review anew
// when it was unused for as many periods again. One thread at a time.
class OpenItemReviews {
 public:
  // `actor`: the service's own SPIFFE id. Everything must outlive it.
  OpenItemReviews(const Store* store, const FactWriter* writer, const Clock* clock,
                  CataloguePicture* picture, HeldCoverage* coverage, std::string actor)
      : store_(store),
        writer_(writer),
        clock_(clock),
        picture_(picture),
        coverage_(coverage),
        actor_(std::move(actor)) {}

  // Looks at all items once a day in London, at the start, and when other rules of requests came
  // into force. Uses that are not on disk yet are not seen. Returns when what it opened is on disk;
  // what failed is tried again with the next run.
  absl::Status Run();

 private:
  // What was looked at: the day, and the number of the rules.
  using Looked = std::pair<CivilDay, std::string>;

  absl::Status Open(const requests::v1::ItemReview& review);

  const Store* const store_;
  const FactWriter* const writer_;
  const Clock* const clock_;
  CataloguePicture* const picture_;
  HeldCoverage* const coverage_;
  const std::string actor_;
  std::optional<Looked> looked_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_OPEN_ITEM_REVIEWS_H_

#include "services/ingestion/app/requests/hours/open_item_reviews.h"

#include <future>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/commit/journal.h"
#include "common/commit/request_id.h"
#include "common/digest/digest.h"
#include "common/feed/wire.h"
#include "common/period/london_day.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/app/requests/hours/unused_items.h"
#include "services/ingestion/app/requests/rules_in_force.h"
#include "services/ingestion/store/item_review_table.h"

namespace onereturn::ingestion {
namespace {

constexpr char kItemReviews[] = "item-reviews";

// Where the item has got another review meanwhile, nothing is opened.
absl::StatusOr<Decision> DecideOpening(const Reader& reader,
                                       const requests::v1::ItemReview& review) {
  ASSIGN_OR_RETURN(StoredItemReview stored, FindItemReview(reader, review.item()));
  const uint32_t last =
      stored.review.has_value() ? ParseItemReviewName(stored.review->name()).number : 0;
  const bool open =
      stored.review.has_value() && stored.review->state() == requests::v1::ITEM_REVIEW_STATE_OPEN;
  if (open || ParseItemReviewName(review.name()).number != last + 1) return NothingToKeep{};
  requests::v1::ItemReviewOpened fact;
  *fact.mutable_review() = review;
  return NewFact{review.name(),
                 fact.SerializeAsString(),
                 {std::move(stored.check)},
                 [review](const Placement& placement, WriteBatch* batch) {
                   requests::v1::ItemReview row = review;
                   *row.mutable_opened_time() = ToWire(placement.time);
                   row.set_opened_sequence(placement.sequence);
                   PutItemReview(placement.sequence, row, batch);
                 }};
}

}  // namespace

absl::Status OpenItemReviews::Run() {
  const Snapshot snapshot = store_->TakeSnapshot();
  ASSIGN_OR_RETURN(const uint64_t sequence, LastSequence(snapshot));
  ASSIGN_OR_RETURN(const requests::v1::RequestRules rules, RulesForHours(snapshot, sequence));
  const Looked now{LondonDay(clock_->Now()), rules.etag()};
  if (looked_ == now) return absl::OkStatus();
  if (rules.unused_periods() > 0) {
    ASSIGN_OR_RETURN(const auto catalogue, picture_->At(snapshot, sequence));
    ASSIGN_OR_RETURN(const auto coverage, coverage_->At(snapshot, sequence));
    const UsageWorld world{catalogue.get(), coverage.get(), sequence, now.first};
    ASSIGN_OR_RETURN(const std::vector<requests::v1::ItemReview> unused,
                     UnusedItems(snapshot, world, rules.unused_periods()));
    for (const requests::v1::ItemReview& review : unused) RETURN_IF_ERROR(Open(review));
  }
  looked_ = now;
  return absl::OkStatus();
}

absl::Status OpenItemReviews::Open(const requests::v1::ItemReview& review) {
  FactRequest request;
  request.kind = feed::v1::ENTRY_KIND_ITEM_REVIEW_OPENED;
  request.actor = actor_;
  request.request_id = DerivedRequestId(kItemReviews, actor_, DigestToHex(Sha256(review.name())));
  request.digest = Sha256(request.request_id);
  request.role = rights::v1::ROLE_SERVICE;
  request.derived_id = true;
  std::promise<absl::Status> written;
  writer_->Write(
      std::move(request),
      [&review](const Snapshot& snapshot) { return DecideOpening(snapshot, review); },
      [&written](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
        written.set_value(accepted.status());
      });
  return written.get_future().get();
}

}  // namespace onereturn::ingestion

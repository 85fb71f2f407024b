#include "services/ingestion/app/requests/hours/item_reviews.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/commit/request_id.h"
#include "common/feed/wire.h"
#include "common/identity/rights.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/ingestion/app/requests/request_steps.h"
#include "services/ingestion/app/token_use.h"
#include "services/ingestion/store/catalogue_table.h"
#include "services/ingestion/store/item_review_table.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::ItemReview;

// With what follows from the item's definition at the position.
absl::Status FillRetired(const Reader& reader, uint64_t sequence, ItemReview* review) {
  ASSIGN_OR_RETURN(const std::string retired, RetiredFrom(reader, review->item(), sequence));
  if (retired.empty()) return absl::OkStatus();
  review->set_retired_from_period(retired);
  review->set_state(requests::v1::ITEM_REVIEW_STATE_RETIRED);
  return absl::OkStatus();
}

absl::StatusOr<Decision> DecideKeeping(const Reader& reader, const OfficerOrigin& origin,
                                       const requests::v1::KeepItemRequest& request,
                                       TokenUse* token) {
  const ItemReviewKey key = ParseItemReviewName(request.name());
  if (key.number == 0) return NotFound(request.name());
  ASSIGN_OR_RETURN(StoredItemReview stored, FindItemReview(reader, key.item));
  if (!stored.review.has_value() || stored.review->name() != request.name()) {
    return NotFound(request.name());
  }
  ItemReview review = *std::move(stored.review);
  RETURN_IF_ERROR(FillRetired(reader, kNewest, &review));
  if (review.state() != requests::v1::ITEM_REVIEW_STATE_OPEN) {
    const bool kept = review.state() == requests::v1::ITEM_REVIEW_STATE_KEPT;
    return Error(Reason::kRequestState, "the review is over")
        .Precondition(request.name(), kept ? "was kept before" : "is retired")
        .Remedy(kept ? "Nothing is left to do: it stays, and is looked at anew after as many "
                       "periods without a use."
                     : "Nothing is left to do: what is held of it stays.");
  }
  RETURN_IF_ERROR(CheckStepReason(request.reason(), true));
  RETURN_IF_ERROR(CheckRequestId(request.request_id()));
  requests::v1::ItemKept fact;
  fact.set_review(request.name());
  *fact.mutable_step() = RequestStepOf(origin, origin.scope.organisation(), request.reason());
  *review.mutable_kept() = fact.step();
  review.set_state(requests::v1::ITEM_REVIEW_STATE_KEPT);
  RETURN_IF_ERROR(token->Spend());
  return NewFact{request.name(),
                 fact.SerializeAsString(),
                 {std::move(stored.check)},
                 [review](const Placement& placement, WriteBatch* batch) {
                   ItemReview row = review;
                   *row.mutable_kept()->mutable_time() = ToWire(placement.time);
                   row.mutable_kept()->set_sequence(placement.sequence);
                   PutItemReview(placement.sequence, row, batch);
                 }};
}

absl::StatusOr<ItemReviewAnswer> AnswerOfReview(const Reader& store, Accepted accepted) {
  feed::v1::Entry entry;
  if (!entry.ParseFromString(accepted.receipt.entry)) {
    return absl::DataLossError("a stored entry cannot be read");
  }
  const ItemReviewKey key = ParseItemReviewName(entry.name());
  ASSIGN_OR_RETURN(std::optional<ItemReview> review,
                   ItemReviewAt(store, key.item, entry.sequence()));
  if (!review.has_value()) return absl::DataLossError("a stored review of an item is missing");
  return ItemReviewAnswer{*std::move(review), std::move(accepted)};
}

bool NamesUser(const ItemReview& review, const std::string& body) {
  return std::find(review.users().begin(), review.users().end(), body) != review.users().end();
}

}  // namespace

void KeepItems::Keep(const OfficerOrigin& origin, const requests::v1::KeepItemRequest& request,
                     Done done) const {
  auto token = std::make_shared<TokenUse>(origin);
  writer_->Write(
      FactAskedBy(origin, feed::v1::ENTRY_KIND_ITEM_KEPT, request.request_id()),
      [origin, request, token](const Snapshot& snapshot) {
        return DecideKeeping(snapshot, origin, request, token.get());
      },
      [store = store_, token,
       done = std::move(done)](absl::StatusOr<std::optional<AcceptedFact>> accepted) {
        if (!accepted.ok()) {
          token->Return();
          return done(accepted.status());
        }
        done(AnswerOfReview(*store, std::move((*accepted)->accepted)));
      });
}

absl::StatusOr<std::string> RetiredFrom(const Reader& reader, const std::string& item,
                                        uint64_t sequence) {
  ASSIGN_OR_RETURN(const std::optional<StoredDefinition> stored,
                   FindDefinition(reader, DefinitionKind::kItem, item, sequence));
  if (!stored.has_value()) return std::string();
  catalogue::v1::DataItem definition;
  if (!definition.ParseFromString(stored->bytes)) {
    return absl::DataLossError("a stored definition cannot be read");
  }
  return definition.retired_from_period();
}

absl::StatusOr<PageOf<ItemReview>> ListItemReviews(
    const Reader& reader, const requests::v1::ListItemReviewsRequest& request,
    const std::optional<std::string>& body, const std::string& after, size_t limit,
    uint64_t sequence) {
  PageOf<ItemReview> page;
  if (request.mine() && !body.has_value()) return page;
  RETURN_IF_ERROR(VisitItemReviews(
      reader, after, sequence, [&](const ItemReview& stored) -> absl::StatusOr<bool> {
        if (!request.body().empty() && !NamesUser(stored, request.body())) return true;
        if (request.mine() && !NamesUser(stored, *body)) return true;
        ItemReview review = stored;
        RETURN_IF_ERROR(FillRetired(reader, sequence, &review));
        const bool in_state = request.state() == requests::v1::ITEM_REVIEW_STATE_UNSPECIFIED ||
                              request.state() == review.state();
        if (!in_state) return true;
        if (page.rows.size() == limit) {
          page.after = page.rows.back().item();
          return false;
        }
        page.rows.push_back(std::move(review));
        return true;
      }));
  return page;
}

}  // namespace onereturn::ingestion

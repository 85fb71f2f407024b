// Reviews of items that nobody uses, as each fact left them.
#ifndef ONERETURN_SERVICES_INGESTION_STORE_ITEM_REVIEW_TABLE_H_
#define ONERETURN_SERVICES_INGESTION_STORE_ITEM_REVIEW_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/commit/committer.h"
#include "common/storage/reader.h"
#include "common/storage/write_batch.h"
#include "onereturn/requests/v1/item_review.pb.h"

namespace onereturn::ingestion {

struct StoredItemReview {
  // The item's newest; nullopt: it was never reviewed.
  std::optional<requests::v1::ItemReview> review;
  ReadCheck check;  // That it has got no other fact.
};

absl::StatusOr<StoredItemReview> FindItemReview(const Reader& reader, const std::string& item);
// As it was at `sequence`; nullopt where it was not reviewed by then.
absl::StatusOr<std::optional<requests::v1::ItemReview>> ItemReviewAt(const Reader& reader,
                                                                     const std::string& item,
                                                                     uint64_t sequence);

// The newest review of each item after `after`, as it was at `sequence`, in order of the items'
// codes, until `visit` answers false.
absl::Status VisitItemReviews(
    const Reader& reader, const std::string& after, uint64_t sequence,
    absl::FunctionRef<absl::StatusOr<bool>(const requests::v1::ItemReview& review)> visit);

// As the fact at `sequence` left it.
void PutItemReview(uint64_t sequence, const requests::v1::ItemReview& review, WriteBatch* batch);

// "items/{code}/reviews/{number}"; number 0 and no item for a text that is no such name.
struct ItemReviewKey {
  std::string item;
  uint32_t number = 0;
};
std::string ItemReviewName(const ItemReviewKey& key);
ItemReviewKey ParseItemReviewName(absl::string_view name);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_STORE_ITEM_REVIEW_TABLE_H_

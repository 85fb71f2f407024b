#include "services/ingestion/store/item_review_table.h"

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/status_macros.h"
#include "common/storage/key_codec.h"
#include "services/ingestion/store/families.h"

namespace onereturn::ingestion {
namespace {

constexpr uint8_t kNewestReview = 0x30;
constexpr uint8_t kReviewAt = 0x31;

std::string NewestReviewKey(const std::string& item) {
  return KeyWriter().U8(kNewestReview).String(item).Take();
}
std::string ReviewsPrefix(const std::string& item) {
  return KeyWriter().U8(kReviewAt).String(item).Take();
}
std::string ReviewKey(const std::string& item, uint64_t sequence) {
  return KeyWriter().U8(kReviewAt).String(item).DescendingU64(sequence).Take();
}

}  // namespace

absl::StatusOr<StoredItemReview> FindItemReview(const Reader& reader, const std::string& item) {
  StoredItemReview stored{std::nullopt,
                          ReadCheck{Family::kDataRequests, NewestReviewKey(item), std::nullopt}};
  ASSIGN_OR_RETURN(stored.check.expected, reader.Get(Family::kDataRequests, stored.check.key));
  if (!stored.check.expected.has_value()) return stored;
  ASSIGN_OR_RETURN(const uint64_t sequence, KeyReader(*stored.check.expected).U64());
  ASSIGN_OR_RETURN(stored.review, ItemReviewAt(reader, item, sequence));
  return stored;
}

absl::StatusOr<std::optional<requests::v1::ItemReview>> ItemReviewAt(const Reader& reader,
                                                                     const std::string& item,
                                                                     uint64_t sequence) {
  ASSIGN_OR_RETURN(const std::optional<StoredEntry> found,
                   reader.SeekFirst(Family::kDataRequests, ReviewKey(item, sequence),
                                    PrefixUpperBound(ReviewsPrefix(item))));
  if (!found.has_value()) return std::optional<requests::v1::ItemReview>();
  requests::v1::ItemReview review;
  if (!review.ParseFromString(std::string(found->value))) {
    return absl::DataLossError("a stored review of an item cannot be read");
  }
  return std::optional<requests::v1::ItemReview>(std::move(review));
}

absl::Status VisitItemReviews(
    const Reader& reader, const std::string& after, uint64_t sequence,
    absl::FunctionRef<absl::StatusOr<bool>(const requests::v1::ItemReview& review)> visit) {
  const std::string first =
      after.empty() ? NewestReviewKey("") : PrefixUpperBound(NewestReviewKey(after));
  return reader.ForEach(Family::kDataRequests, first,
                        PrefixUpperBound(KeyWriter().U8(kNewestReview).Take()),
                        [&](absl::string_view stored, absl::string_view) -> absl::StatusOr<bool> {
                          KeyReader reading(stored);
                          RETURN_IF_ERROR(reading.U8().status());
                          ASSIGN_OR_RETURN(const std::string item, reading.String());
                          RETURN_IF_ERROR(reading.Finish());
                          ASSIGN_OR_RETURN(const auto review, ItemReviewAt(reader, item, sequence));
                          if (!review.has_value()) return true;
                          return visit(*review);
                        });
}

void PutItemReview(uint64_t sequence, const requests::v1::ItemReview& review, WriteBatch* batch) {
  batch->Put(Family::kDataRequests, NewestReviewKey(review.item()),
             KeyWriter().U64(sequence).Take());
  batch->Put(Family::kDataRequests, ReviewKey(review.item(), sequence), review.SerializeAsString());
}

std::string ItemReviewName(const ItemReviewKey& key) {
  return absl::StrCat("items/", key.item, "/reviews/", key.number);
}

ItemReviewKey ParseItemReviewName(absl::string_view name) {
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  ItemReviewKey key;
  if (parts.size() != 4 || parts[0] != "items" || parts[2] != "reviews" ||
      !absl::SimpleAtoi(parts[3], &key.number) || key.number == 0) {
    return {};
  }
  key.item = parts[1];
  return ItemReviewName(key) == name ? key : ItemReviewKey();
}

}  // namespace onereturn::ingestion

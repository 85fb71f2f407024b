// The contents of the reviews that were read last, so that the returns are read once for all pages
// of an answer, and for the conclusion that follows it.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REVIEWS_RECENT_REVIEWS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REVIEWS_RECENT_REVIEWS_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>

#include "absl/status/statusor.h"
#include "common/storage/reader.h"
#include "services/ingestion/app/reviews/review_content.h"

namespace onereturn::ingestion {

// In memory alone: what is of a position never changes, so nothing that is kept becomes wrong.
// Thread safe; reads outside its lock.
class RecentReviews {
 public:
  // In figures; a cell weighs as much as kFiguresACell, a review at least kFiguresAReview. Some 60
  // MiB. A review that weighs more than all is not kept: each of its pages reads it anew.
  static constexpr size_t kMost = 1'000'000;
  static constexpr size_t kFiguresACell = 8;
  static constexpr size_t kFiguresAReview = 1'000;

  explicit RecentReviews(size_t most = kMost) : most_(most) {}

  using Content = std::shared_ptr<const ReviewContent>;

  // As ReadReviewContent; `review` with the canonical text of its period.
  absl::StatusOr<Content> Read(const Reader& reader, const ReturnKey& review, uint64_t sequence);

  // What is kept of the position, or of an earlier one since which nothing was accepted that it is
  // made of; null where Read would read the returns.
  absl::StatusOr<Content> Find(const Reader& reader, const ReturnKey& review, uint64_t sequence);

 private:
  struct Kept {
    ReturnKey review;
    uint64_t sequence = 0;
    Content content;
    size_t weight = 0;
  };

  // The newest that is kept up to the position; it counts as used.
  std::optional<Kept> NewestUpTo(const ReturnKey& review, uint64_t sequence);
  void Keep(Kept one);

  const size_t most_;
  std::mutex mutex_;
  // Both guarded by mutex_.
  std::list<Kept> kept_;  // The one that was used last stands first.
  size_t weight_ = 0;     // Of all.
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REVIEWS_RECENT_REVIEWS_H_

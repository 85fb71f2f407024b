#include "services/ingestion/app/recent_reviews.h"

#include <algorithm>
#include <utility>

#include "common/status/status_macros.h"

namespace onereturn::ingestion {
namespace {

size_t WeightOf(const ReviewContent& content) {
  size_t weight = RecentReviews::kFiguresAReview;
  for (const ReviewSums* sums : {&content.sums, &content.own_sums}) {
    for (const auto& [cell, sum] : *sums) {
      weight += RecentReviews::kFiguresACell + sum.figures.size();
    }
  }
  return weight;
}

}  // namespace

absl::StatusOr<RecentReviews::Content> RecentReviews::Read(const Reader& reader,
                                                           const ReturnKey& review,
                                                           uint64_t sequence) {
  if (Content kept = Find(review, sequence); kept != nullptr) return kept;
  ASSIGN_OR_RETURN(ReviewContent read, ReadReviewContent(reader, review, sequence));
  auto content = std::make_shared<const ReviewContent>(std::move(read));
  Keep(Kept{review, sequence, content, WeightOf(*content)});
  return content;
}

RecentReviews::Content RecentReviews::Find(const ReturnKey& review, uint64_t sequence) {
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& one) {
    return one.sequence == sequence && one.review == review;
  });
  if (found == kept_.end()) return nullptr;
  kept_.splice(kept_.begin(), kept_, found);
  return found->content;
}

void RecentReviews::Keep(Kept one) {
  if (one.weight > most_) return;
  std::lock_guard<std::mutex> lock(mutex_);
  weight_ += one.weight;
  kept_.push_front(std::move(one));
  while (weight_ > most_) {
    weight_ -= kept_.back().weight;
    kept_.pop_back();
  }
}

}  // namespace onereturn::ingestion

#include "services/ingestion/app/reviews/recent_reviews.h"

#include <utility>

#include "common/period/period.h"
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

// A review is made of the returns of its period, and of those of the one before: who is awaited.
absl::StatusOr<bool> IsStillSo(const Reader& reader, const ReturnKey& review, uint64_t before,
                               uint64_t sequence) {
  ASSIGN_OR_RETURN(const bool changed, MayHaveChanged(reader, review, before, sequence));
  if (changed) return false;
  ASSIGN_OR_RETURN(const Period period, Period::Parse(review.period));
  const std::optional<Period> previous = period.Previous();
  if (!previous.has_value()) return true;
  ReturnKey earlier = review;
  earlier.period = previous->ToString();
  ASSIGN_OR_RETURN(const bool other, MayHaveChanged(reader, earlier, before, sequence));
  return !other;
}

}  // namespace

absl::StatusOr<RecentReviews::Content> RecentReviews::Read(const Reader& reader,
                                                           const ReturnKey& review,
                                                           uint64_t sequence) {
  ASSIGN_OR_RETURN(Content kept, Find(reader, review, sequence));
  if (kept != nullptr) return kept;
  ASSIGN_OR_RETURN(ReviewContent read, ReadReviewContent(reader, review, sequence));
  auto content = std::make_shared<const ReviewContent>(std::move(read));
  Keep(Kept{review, sequence, content, WeightOf(*content)});
  return content;
}

absl::StatusOr<RecentReviews::Content> RecentReviews::Find(const Reader& reader,
                                                           const ReturnKey& review,
                                                           uint64_t sequence) {
  const std::optional<Kept> kept = NewestUpTo(review, sequence);
  if (!kept.has_value()) return Content();
  if (kept->sequence == sequence) return kept->content;
  ASSIGN_OR_RETURN(const bool same, IsStillSo(reader, review, kept->sequence, sequence));
  return same ? kept->content : Content();
}

std::optional<RecentReviews::Kept> RecentReviews::NewestUpTo(const ReturnKey& review,
                                                             uint64_t sequence) {
  std::lock_guard<std::mutex> lock(mutex_);
  auto newest = kept_.end();
  for (auto one = kept_.begin(); one != kept_.end(); ++one) {
    if (one->review != review || one->sequence > sequence) continue;
    if (newest == kept_.end() || newest->sequence < one->sequence) newest = one;
  }
  if (newest == kept_.end()) return std::nullopt;
  kept_.splice(kept_.begin(), kept_, newest);
  return *newest;
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

// Reading commissioners' reviews.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REVIEWS_READ_REVIEW_H_
#define ONERETURN_SERVICES_INGESTION_APP_REVIEWS_READ_REVIEW_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/identity/organisation_scope.h"
#include "common/storage/reader.h"
#include "onereturn/returns/v1/review_service.pb.h"
#include "services/ingestion/app/returns/read_returns.h"
#include "services/ingestion/app/returns/return_uses.h"
#include "services/ingestion/app/reviews/recent_reviews.h"
#include "services/ingestion/store/review_table.h"

namespace onereturn::ingestion {

// Every function answers as of `sequence`, and as if what `scope` does not cover did not exist.

struct ReviewRead {
  returns::v1::Review review;
  RecentReviews::Content content;
  PageOf<returns::v1::ReviewDifference> differences;
};
// `after` counts the differences already given. Errors as ReadReviewContent and GetReview.
absl::StatusOr<ReviewRead> ReadReview(const Reader& reader, RecentReviews* recent,
                                      const OrganisationScope& scope, const ReturnKey& review,
                                      returns::v1::ReviewBasis against, uint64_t sequence,
                                      const std::string& after, size_t limit);
// Notes that the body was given what the providers' returns say of the commissioner.
void NoteUses(const ReviewRead& read, const std::optional<std::string>& body, ReturnUses* uses);

// How many reviews a page of ListReviews looks at, and how many it reads the returns of.
inline constexpr size_t kReviewsAPage = 1'000;
inline constexpr size_t kReviewsReadAPage = 4;
// An empty `collection` means all. A page may be short, even empty, and not the last.
absl::StatusOr<PageOf<returns::v1::ConcludedReview>> ListReviews(
    const Reader& reader, RecentReviews* recent, const OrganisationScope& scope,
    const std::string& collection, uint64_t sequence, const std::string& after, size_t limit);
// The conclusion at `place`, with its queries and their answers; without `stale`.
absl::StatusOr<returns::v1::ReviewConclusion> LoadConclusion(const Reader& reader,
                                                             const ConclusionPlace& place,
                                                             uint64_t sequence);

// "organisations/{commissioner}/returns/{collection}.{period}/review".
std::string ReviewName(const ReturnKey& review);
// NOT_FOUND for a name of another form: nothing can have it.
absl::StatusOr<ReturnKey> ParseReviewName(absl::string_view name);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REVIEWS_READ_REVIEW_H_

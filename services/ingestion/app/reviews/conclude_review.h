// A commissioner's word on what its providers' returns say of it, and the providers' answers.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REVIEWS_CONCLUDE_REVIEW_H_
#define ONERETURN_SERVICES_INGESTION_APP_REVIEWS_CONCLUDE_REVIEW_H_

#include <functional>
#include <optional>

#include "absl/status/statusor.h"
#include "common/commit/fact_writer.h"
#include "onereturn/returns/v1/review_service.pb.h"
#include "services/ingestion/app/catalogue/define.h"
#include "services/ingestion/app/reviews/recent_reviews.h"

namespace onereturn::ingestion {

inline constexpr int kMaxQueriesOfReview = 50;

struct ConcludedAnswer {
  returns::v1::ReviewConclusion conclusion;
  std::optional<Accepted> accepted;
};
struct AnsweredQuery {
  returns::v1::ReviewQuery query;
  std::optional<Accepted> accepted;
};

// Each use case judges on the calling thread and answers on the committer's. The caller's scope has
// been checked. Errors are those of ReviewService's methods. Thread safe.
class ConcludeReview {
 public:
  using Concluded = std::function<void(absl::StatusOr<ConcludedAnswer> answer)>;
  using Answered = std::function<void(absl::StatusOr<AnsweredQuery> answer)>;

  // All must outlive it.
  ConcludeReview(const Store* store, const FactWriter* writer, RecentReviews* recent)
      : store_(store), writer_(writer), recent_(recent) {}

  // Judging reads every return of the period, unless what the caller read is kept in `recent` and
  // still so.
  void Conclude(const RequestOrigin& origin, const returns::v1::ConcludeReviewRequest& request,
                Concluded done) const;
  void Answer(const RequestOrigin& origin, const returns::v1::AnswerReviewQueryRequest& request,
              Answered done) const;

 private:
  const Store* const store_;
  const FactWriter* const writer_;
  RecentReviews* const recent_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REVIEWS_CONCLUDE_REVIEW_H_

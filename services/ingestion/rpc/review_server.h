// ReviewService, over the use cases.
#ifndef ONERETURN_SERVICES_INGESTION_RPC_REVIEW_SERVER_H_
#define ONERETURN_SERVICES_INGESTION_RPC_REVIEW_SERVER_H_

#include "onereturn/returns/v1/review_service.grpc.pb.h"
#include "services/ingestion/app/reviews/conclude_review.h"
#include "services/ingestion/app/reviews/recent_reviews.h"
#include "services/ingestion/rpc/returns_server.h"

namespace onereturn::ingestion {

using ReviewBase = returns::v1::ReviewService::WithRawCallbackMethod_ConcludeReview<
    returns::v1::ReviewService::WithRawCallbackMethod_AnswerReviewQuery<
        returns::v1::ReviewService::Service>>;

// Thread safe.
class ReviewServer final : public ReviewBase {
 public:
  // All must outlive it.
  ReviewServer(IngestionParts parts, const ingestion::ConcludeReview* reviews,
               RecentReviews* recent)
      : parts_(parts), reviews_(reviews), recent_(recent) {}

  grpc::ServerUnaryReactor* ConcludeReview(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* AnswerReviewQuery(grpc::CallbackServerContext* context,
                                              const grpc::ByteBuffer* request,
                                              grpc::ByteBuffer* response) override;

  grpc::Status GetReview(grpc::ServerContext* context, const returns::v1::GetReviewRequest* request,
                         returns::v1::GetReviewResponse* response) override;
  grpc::Status ListReviews(grpc::ServerContext* context,
                           const returns::v1::ListReviewsRequest* request,
                           returns::v1::ListReviewsResponse* response) override;
  grpc::Status ListReviewQueries(grpc::ServerContext* context,
                                 const returns::v1::ListReviewQueriesRequest* request,
                                 returns::v1::ListReviewQueriesResponse* response) override;

 private:
  const IngestionParts parts_;
  const ingestion::ConcludeReview* const reviews_;
  RecentReviews* const recent_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_RPC_REVIEW_SERVER_H_

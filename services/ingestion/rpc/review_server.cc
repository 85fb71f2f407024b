#include "services/ingestion/rpc/review_server.h"

#include <utility>

#include "common/status/status_macros.h"
#include "services/ingestion/app/reviews/read_review.h"
#include "services/ingestion/app/reviews/review_queries.h"
#include "services/ingestion/rpc/convert.h"

namespace onereturn::ingestion {
namespace {

constexpr int kUsualReviews = 20;
constexpr int kLargestReviews = 100;

// Where a method reads its page, and how long that is.
struct ReviewPage {
  PagePlace page;
  ReadPlace place;
  size_t size = 0;
};

template <typename Request>
absl::StatusOr<ReviewPage> PageOfReviews(const IngestionParts& parts, const CallContext& call,
                                         const Request& request, absl::StatusOr<int> size) {
  ReviewPage asked;
  RETURN_IF_ERROR(size.status());
  asked.size = static_cast<size_t>(*size);
  ASSIGN_OR_RETURN(asked.page,
                   parts.pages->Read(request, call.caller.spiffe_id, request.page_token()));
  ASSIGN_OR_RETURN(asked.place, PlaceOfPage(parts, call, request.read(), asked.page));
  return asked;
}

template <typename Request, typename Response>
void EndPage(const IngestionParts& parts, const CallContext& call, const Request& request,
             const std::string& after, const ReadPlace& place, Response* response) {
  if (!after.empty()) {
    response->set_next_page_token(
        parts.pages->Write(request, call.caller.spiffe_id, PagePlace{after, place.position}));
  }
  response->set_position(place.position);
}

}  // namespace

grpc::ServerUnaryReactor* ReviewServer::ConcludeReview(grpc::CallbackServerContext* context,
                                                       const grpc::ByteBuffer* request,
                                                       grpc::ByteBuffer* response) {
  using Request = returns::v1::ConcludeReviewRequest;
  using Response = returns::v1::ConcludeReviewResponse;
  return parts_.gate->Start<Request, Response>(
      context, request, response, [this](Mutation<Request, Response> call) {
        reviews_->Conclude(
            RequestOriginOf(call.call, call.request, call.digest), call.request,
            [respond = std::move(call.respond)](absl::StatusOr<ConcludedAnswer> answer) {
              if (!answer.ok()) return respond(answer.status());
              Response wire;
              *wire.mutable_conclusion() = answer->conclusion;
              FillReceipt(answer->accepted, &wire);
              respond(std::move(wire));
            });
      });
}

grpc::ServerUnaryReactor* ReviewServer::AnswerReviewQuery(grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer* request,
                                                          grpc::ByteBuffer* response) {
  using Request = returns::v1::AnswerReviewQueryRequest;
  using Response = returns::v1::AnswerReviewQueryResponse;
  return parts_.gate->Start<Request, Response>(
      context, request, response, [this](Mutation<Request, Response> call) {
        reviews_->Answer(RequestOriginOf(call.call, call.request, call.digest), call.request,
                         [respond = std::move(call.respond)](absl::StatusOr<AnsweredQuery> answer) {
                           if (!answer.ok()) return respond(answer.status());
                           Response wire;
                           *wire.mutable_query() = answer->query;
                           FillReceipt(answer->accepted, &wire);
                           respond(std::move(wire));
                         });
      });
}

grpc::Status ReviewServer::GetReview(grpc::ServerContext* context,
                                     const returns::v1::GetReviewRequest* request,
                                     returns::v1::GetReviewResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const ReturnKey review, ParseReviewName(request->name()));
        ASSIGN_OR_RETURN(const ReviewPage asked,
                         PageOfReviews(parts_, call, *request, PageSize(request->page_size())));
        ASSIGN_OR_RETURN(
            ReviewRead read,
            ReadReview(*parts_.store, recent_, call.caller.scope, review, request->against(),
                       asked.place.sequence, asked.page.after, asked.size));
        NoteUses(read, BodyOf(call), parts_.uses);
        *response->mutable_review() = std::move(read.review);
        for (auto& row : read.differences.rows) *response->add_differences() = std::move(row);
        EndPage(parts_, call, *request, read.differences.after, asked.place, response);
        return absl::OkStatus();
      });
}

grpc::Status ReviewServer::ListReviews(grpc::ServerContext* context,
                                       const returns::v1::ListReviewsRequest* request,
                                       returns::v1::ListReviewsResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const OrganisationScope scope, ScopeOfParent(request->parent(), call));
        ASSIGN_OR_RETURN(
            const ReviewPage asked,
            PageOfReviews(parts_, call, *request,
                          PageSize(request->page_size(), kUsualReviews, kLargestReviews)));
        ASSIGN_OR_RETURN(
            auto list, ingestion::ListReviews(*parts_.store, recent_, scope, request->collection(),
                                              asked.place.sequence, asked.page.after, asked.size));
        for (auto& row : list.rows) *response->add_reviews() = std::move(row);
        EndPage(parts_, call, *request, list.after, asked.place, response);
        return absl::OkStatus();
      });
}

grpc::Status ReviewServer::ListReviewQueries(grpc::ServerContext* context,
                                             const returns::v1::ListReviewQueriesRequest* request,
                                             returns::v1::ListReviewQueriesResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const OrganisationScope scope, ScopeOfParent(request->parent(), call));
        ASSIGN_OR_RETURN(const ReviewPage asked,
                         PageOfReviews(parts_, call, *request, PageSize(request->page_size())));
        ASSIGN_OR_RETURN(auto list, ListQueries(*parts_.store, scope, request->collection(),
                                                request->unanswered(), asked.place.sequence,
                                                asked.page.after, asked.size));
        for (auto& row : list.rows) *response->add_queries() = std::move(row);
        EndPage(parts_, call, *request, list.after, asked.place, response);
        return absl::OkStatus();
      });
}

}  // namespace onereturn::ingestion

#include "services/ingestion/rpc/requests_server.h"

#include <algorithm>
#include <utility>

#include "common/status/error.h"
#include "services/ingestion/app/requests/hours/appraise_request.h"
#include "services/ingestion/app/requests/register/likenesses.h"
#include "services/ingestion/app/requests/register/read_requests.h"
#include "services/ingestion/app/requests/request_bodies.h"
#include "services/ingestion/app/requests/rules_in_force.h"
#include "services/ingestion/rpc/convert.h"
#include "services/ingestion/rpc/definition_methods.h"
#include "services/ingestion/rpc/officer_origin.h"

namespace onereturn::ingestion {
namespace {

constexpr int kUsualRequests = 20;
constexpr int kMostRequests = 100;

template <typename Response>
DataRequests::Done RespondingWithRequest(std::function<void(absl::StatusOr<Response>)> respond,
                                         void (*fill)(DataRequestAnswer* answer,
                                                      Response* response) = nullptr) {
  return [respond = std::move(respond), fill](absl::StatusOr<DataRequestAnswer> answer) {
    if (!answer.ok()) return respond(answer.status());
    Response response;
    *response.mutable_data_request() = std::move(answer->request);
    if (fill != nullptr) fill(&*answer, &response);
    FillReceipt(answer->accepted, &response);
    respond(std::move(response));
  };
}

// A method that takes one step of a request. `steps`: what it is a method of.
template <typename Response, typename Request, typename Steps>
grpc::ServerUnaryReactor* StartRequestStep(
    const IngestionParts& parts, const Steps* steps, const RawCall& raw,
    void (Steps::*step)(const OfficerOrigin&, const Request&, DataRequests::Done) const,
    void (*fill)(DataRequestAnswer* answer, Response* response) = nullptr) {
  return parts.gate->Start<Request, Response>(
      raw.context, raw.request, raw.response,
      [guard = parts.guard, steps, step, fill](Mutation<Request, Response> call) {
        (steps->*step)(OfficerOriginOf(*guard, call.call, call.digest), call.request,
                       RespondingWithRequest<Response>(std::move(call.respond), fill));
      });
}

}  // namespace

grpc::ServerUnaryReactor* RequestsServer::DraftRequest(grpc::CallbackServerContext* context,
                                                       const grpc::ByteBuffer* request,
                                                       grpc::ByteBuffer* response) {
  return StartRequestStep<requests::v1::DraftRequestResponse>(
      parts_, requests_, {context, request, response}, &DataRequests::Draft,
      [](DataRequestAnswer* answer, requests::v1::DraftRequestResponse* out) {
        out->set_unchanged(answer->unchanged);
      });
}

grpc::ServerUnaryReactor* RequestsServer::MatchRequest(grpc::CallbackServerContext* context,
                                                       const grpc::ByteBuffer* request,
                                                       grpc::ByteBuffer* response) {
  return StartRequestStep<requests::v1::MatchRequestResponse>(
      parts_, requests_, {context, request, response}, &DataRequests::Match,
      [](DataRequestAnswer* answer, requests::v1::MatchRequestResponse* out) {
        *out->mutable_match() = std::move(answer->match);
        out->set_unchanged(answer->unchanged);
      });
}

grpc::ServerUnaryReactor* RequestsServer::ReplyToRequest(grpc::CallbackServerContext* context,
                                                         const grpc::ByteBuffer* request,
                                                         grpc::ByteBuffer* response) {
  return StartRequestStep<requests::v1::ReplyToRequestResponse>(
      parts_, requests_, {context, request, response}, &DataRequests::Reply);
}

grpc::ServerUnaryReactor* RequestsServer::CloseConsultation(grpc::CallbackServerContext* context,
                                                            const grpc::ByteBuffer* request,
                                                            grpc::ByteBuffer* response) {
  return StartRequestStep<requests::v1::CloseConsultationResponse>(
      parts_, requests_, {context, request, response}, &DataRequests::Close);
}

grpc::ServerUnaryReactor* RequestsServer::DecideRequest(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request,
                                                        grpc::ByteBuffer* response) {
  return StartRequestStep<requests::v1::DecideRequestResponse>(
      parts_, requests_, {context, request, response}, &DataRequests::Decide);
}

grpc::ServerUnaryReactor* RequestsServer::IssueRequest(grpc::CallbackServerContext* context,
                                                       const grpc::ByteBuffer* request,
                                                       grpc::ByteBuffer* response) {
  return StartRequestStep<requests::v1::IssueRequestResponse>(
      parts_, issue_, {context, request, response}, &RequestIssuing::Issue);
}

grpc::ServerUnaryReactor* RequestsServer::EndRequest(grpc::CallbackServerContext* context,
                                                     const grpc::ByteBuffer* request,
                                                     grpc::ByteBuffer* response) {
  return StartRequestStep<requests::v1::EndRequestResponse>(
      parts_, requests_, {context, request, response}, &DataRequests::End);
}

grpc::ServerUnaryReactor* RequestsServer::DecideLikeness(grpc::CallbackServerContext* context,
                                                         const grpc::ByteBuffer* request,
                                                         grpc::ByteBuffer* response) {
  using Request = requests::v1::DecideLikenessRequest;
  using Response = requests::v1::DecideLikenessResponse;
  return parts_.gate->Start<Request, Response>(
      context, request, response, [this](Mutation<Request, Response> call) {
        requests_->DecideLikeness(
            OfficerOriginOf(*parts_.guard, call.call, call.digest), call.request,
            [respond = std::move(call.respond)](absl::StatusOr<LikenessAnswer> answer) {
              if (!answer.ok()) return respond(answer.status());
              Response response;
              *response.mutable_likeness() = std::move(answer->likeness);
              FillReceipt(std::optional<Accepted>(std::move(answer->accepted)), &response);
              respond(std::move(response));
            });
      });
}

grpc::ServerUnaryReactor* RequestsServer::UpdateRequestRules(grpc::CallbackServerContext* context,
                                                             const grpc::ByteBuffer* request,
                                                             grpc::ByteBuffer* response) {
  return StartDefining(parts_, define_, {context, request, response}, &Define::RequestRules,
                       &requests::v1::UpdateRequestRulesRequest::rules,
                       &requests::v1::UpdateRequestRulesResponse::mutable_rules);
}

grpc::Status RequestsServer::PreviewMatch(grpc::ServerContext* context,
                                          const requests::v1::PreviewMatchRequest* request,
                                          requests::v1::PreviewMatchResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const ReadPlace place,
                         PlaceOfPage(parts_, call, request->read(), PagePlace()));
        RETURN_IF_ERROR(match_reads_.Run(call, [&]() -> absl::Status {
          const Snapshot snapshot = parts_.store->TakeSnapshot();
          ASSIGN_OR_RETURN(*response,
                           PreviewMatchOf(snapshot, requests_->World(), *request, place.sequence));
          return absl::OkStatus();
        }));
        response->set_position(place.position);
        return absl::OkStatus();
      });
}

grpc::Status RequestsServer::GetRequest(grpc::ServerContext* context,
                                        const requests::v1::GetRequestRequest* request,
                                        requests::v1::GetRequestResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const ReadPlace place,
                         PlaceOfPage(parts_, call, request->read(), PagePlace()));
        const Snapshot snapshot = parts_.store->TakeSnapshot();
        ASSIGN_OR_RETURN(*response->mutable_data_request(),
                         GetDataRequest(snapshot, request->name(), place.sequence));
        if (request->with_appraisal()) {
          RETURN_IF_ERROR(match_reads_.Run(call, [&]() -> absl::Status {
            ASSIGN_OR_RETURN(*response->mutable_appraisal(),
                             AppraiseRequest(snapshot, *requests_->World().matching,
                                             response->data_request(), place.sequence));
            return absl::OkStatus();
          }));
        }
        response->set_position(place.position);
        return absl::OkStatus();
      });
}

grpc::Status RequestsServer::ListRequests(grpc::ServerContext* context,
                                          const requests::v1::ListRequestsRequest* request,
                                          requests::v1::ListRequestsResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const int rows,
                         PageSize(request->page_size(), kUsualRequests, kMostRequests));
        ASSIGN_OR_RETURN(PagePlace page, parts_.pages->Read(*request, call.caller.spiffe_id,
                                                            request->page_token()));
        ASSIGN_OR_RETURN(const ReadPlace place, PlaceOfPage(parts_, call, request->read(), page));
        RETURN_IF_ERROR(CheckOrganisationIsThere(*parts_.store, request->requesting_body()));
        RETURN_IF_ERROR(CheckOrganisationIsThere(*parts_.store, request->asked_of()));
        ASSIGN_OR_RETURN(PageOf<requests::v1::DataRequest> found,
                         ListDataRequests(*parts_.store, requests_->World(), *request,
                                          place.sequence, page.after, rows));
        for (requests::v1::DataRequest& row : found.rows)
          *response->add_data_requests() = std::move(row);
        if (!found.after.empty()) {
          response->set_next_page_token(parts_.pages->Write(
              *request, call.caller.spiffe_id, PagePlace{found.after, place.position}));
        }
        response->set_position(place.position);
        return absl::OkStatus();
      });
}

grpc::Status RequestsServer::ListLikenesses(grpc::ServerContext* context,
                                            const requests::v1::ListLikenessesRequest* request,
                                            requests::v1::ListLikenessesResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const int rows,
                         PageSize(request->page_size(), kUsualRequests, kMostRequests));
        ASSIGN_OR_RETURN(PagePlace page, parts_.pages->Read(*request, call.caller.spiffe_id,
                                                            request->page_token()));
        // Decisions are added and never taken back, so a page goes on where the one before ended.
        ASSIGN_OR_RETURN(const ReadPlace place, PlaceOfPage(parts_, call, {}, PagePlace()));
        ASSIGN_OR_RETURN(
            PageOf<requests::v1::Likeness> found,
            ingestion::ListLikenesses(*parts_.store, request->decided(), page.after, rows));
        for (requests::v1::Likeness& row : found.rows) *response->add_likenesses() = std::move(row);
        if (!found.after.empty()) {
          response->set_next_page_token(parts_.pages->Write(
              *request, call.caller.spiffe_id, PagePlace{found.after, place.position}));
        }
        response->set_position(place.position);
        return absl::OkStatus();
      });
}

grpc::Status RequestsServer::GetRequestRules(grpc::ServerContext* context,
                                             const requests::v1::GetRequestRulesRequest* request,
                                             requests::v1::GetRequestRulesResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const ReadPlace place,
                         PlaceOfPage(parts_, call, request->read(), PagePlace()));
        ASSIGN_OR_RETURN(*response->mutable_rules(), RequestRulesAt(*parts_.store, place.sequence));
        response->set_position(place.position);
        return absl::OkStatus();
      });
}

}  // namespace onereturn::ingestion

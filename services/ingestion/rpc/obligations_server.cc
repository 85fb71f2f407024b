#include "services/ingestion/rpc/obligations_server.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/status/error.h"
#include "services/ingestion/app/requests/obligations/obligation_message.h"
#include "services/ingestion/rpc/convert.h"
#include "services/ingestion/rpc/definition_methods.h"
#include "services/ingestion/rpc/officer_origin.h"

namespace onereturn::ingestion {
namespace {

constexpr int kUsualObligations = 100;
constexpr int kMostObligations = 1'000;

// A method that takes one step of an obligation.
template <typename Response, typename Request>
grpc::ServerUnaryReactor* StartObligationStep(
    const IngestionParts& parts, const ChallengeObligation* steps, const RawCall& raw,
    void (ChallengeObligation::*step)(const OfficerOrigin&, const Request&,
                                      ChallengeObligation::Done) const) {
  return parts.gate->Start<Request, Response>(
      raw.context, raw.request, raw.response,
      [guard = parts.guard, steps, step](Mutation<Request, Response> call) {
        (steps->*step)(
            OfficerOriginOf(*guard, call.call, call.digest), call.request,
            [respond = std::move(call.respond)](absl::StatusOr<ObligationAnswer> answer) {
              if (!answer.ok()) return respond(answer.status());
              Response response;
              *response.mutable_obligation() = std::move(answer->obligation);
              FillReceipt(std::optional<Accepted>(std::move(answer->accepted)), &response);
              respond(std::move(response));
            });
      });
}

}  // namespace

grpc::ServerUnaryReactor* ObligationsServer::ChallengeObligation(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return StartObligationStep<requests::v1::ChallengeObligationResponse>(
      parts_, challenges_, {context, request, response},
      &ingestion::ChallengeObligation::Challenge);
}

grpc::ServerUnaryReactor* ObligationsServer::AnswerChallenge(grpc::CallbackServerContext* context,
                                                             const grpc::ByteBuffer* request,
                                                             grpc::ByteBuffer* response) {
  return StartObligationStep<requests::v1::AnswerChallengeResponse>(
      parts_, challenges_, {context, request, response}, &ingestion::ChallengeObligation::Answer);
}

grpc::ServerUnaryReactor* ObligationsServer::SetSimplifiedMode(grpc::CallbackServerContext* context,
                                                               const grpc::ByteBuffer* request,
                                                               grpc::ByteBuffer* response) {
  using Request = requests::v1::SetSimplifiedModeRequest;
  using Response = requests::v1::SetSimplifiedModeResponse;
  return parts_.gate->Start<Request, Response>(
      context, request, response, [this](Mutation<Request, Response> call) {
        mode_->Set(
            OfficerOriginOf(*parts_.guard, call.call, call.digest), call.request,
            [respond = std::move(call.respond)](absl::StatusOr<SimplifiedModeAnswer> answer) {
              if (!answer.ok()) return respond(answer.status());
              Response response;
              *response.mutable_mode() = std::move(answer->mode);
              FillReceipt(std::optional<Accepted>(std::move(answer->accepted)), &response);
              respond(std::move(response));
            });
      });
}

grpc::Status ObligationsServer::GetSimplifiedMode(
    grpc::ServerContext* context, const requests::v1::GetSimplifiedModeRequest* request,
    requests::v1::GetSimplifiedModeResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const ReadPlace place,
                         PlaceOfPage(parts_, call, request->read(), PagePlace()));
        ASSIGN_OR_RETURN(*response->mutable_mode(),
                         ingestion::GetSimplifiedMode(*parts_.store, place.sequence));
        response->set_position(place.position);
        return absl::OkStatus();
      });
}

grpc::Status ObligationsServer::ListObligations(grpc::ServerContext* context,
                                                const requests::v1::ListObligationsRequest* request,
                                                requests::v1::ListObligationsResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const int rows,
                         PageSize(request->page_size(), kUsualObligations, kMostObligations));
        ASSIGN_OR_RETURN(PagePlace page, parts_.pages->Read(*request, call.caller.spiffe_id,
                                                            request->page_token()));
        ASSIGN_OR_RETURN(const ReadPlace place, PlaceOfPage(parts_, call, request->read(), page));
        ASSIGN_OR_RETURN(PageOf<requests::v1::Obligation> found,
                         ingestion::ListObligations(*parts_.store, call.caller.scope, *request,
                                                    page.after, rows, place.sequence));
        for (requests::v1::Obligation& row : found.rows) {
          *response->add_obligations() = std::move(row);
        }
        if (!found.after.empty()) {
          response->set_next_page_token(parts_.pages->Write(
              *request, call.caller.spiffe_id, PagePlace{found.after, place.position}));
        }
        response->set_position(place.position);
        return absl::OkStatus();
      });
}

}  // namespace onereturn::ingestion

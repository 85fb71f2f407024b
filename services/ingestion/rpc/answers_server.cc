#include "services/ingestion/rpc/answers_server.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/feed/position.h"
#include "common/rpc/stream_bound.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/answers/watch_answer.h"
#include "services/ingestion/rpc/convert.h"
#include "services/ingestion/rpc/officer_origin.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::StreamAnswerResponse;
using requests::v1::WatchAnswerResponse;

constexpr int64_t kAnswerHeartbeatMicros = 500'000;
constexpr int kUsualActions = 100;
constexpr int kMostActions = 1'000;

AnswerReader AnswerReaderOf(const CallContext& call) {
  return AnswerReader{call.caller.scope, BodyOf(call)};
}

// Writes each message to the stream; CANCELLED once its reader has gone.
auto GivingTo(grpc::ServerContext* context, grpc::ServerWriter<StreamAnswerResponse>* writer) {
  return [context, writer](const StreamAnswerResponse& message) {
    return WriteInTime(context, writer, message) ? absl::OkStatus()
                                                 : absl::CancelledError("the reader left");
  };
}

}  // namespace

grpc::Status AnswersServer::StreamAnswer(grpc::ServerContext* context,
                                         const requests::v1::StreamAnswerRequest* request,
                                         grpc::ServerWriter<StreamAnswerResponse>* writer) {
  return parts_.guard->ServeStream(
      *context, *request, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const ReadPlace place, PlaceOfPage(parts_, call, request->read(), {}));
        return ReadAnswer(answers_, AnswerReaderOf(call), request->name(), place,
                          GivingTo(context, writer));
      });
}

grpc::Status AnswersServer::WatchAnswer(grpc::ServerContext* context,
                                        const requests::v1::WatchAnswerRequest* request,
                                        grpc::ServerWriter<WatchAnswerResponse>* writer) {
  return parts_.guard->ServeWatch(*context, *request, parts_.watches, [&](const CallContext& call) {
    return Follow(context, call, *request, writer);
  });
}

absl::Status AnswersServer::Follow(grpc::ServerContext* context, const CallContext& call,
                                   const requests::v1::WatchAnswerRequest& request,
                                   grpc::ServerWriter<WatchAnswerResponse>* writer) const {
  const Committer& committer = *parts_.committer;
  uint64_t after = committer.LatestHead().head.size;
  if (!request.from_position().empty()) {
    RETURN_IF_ERROR(CheckFromPosition(request.from_position(), committer.service()));
    common::v1::ReadAt from;
    from.set_as_of_position(request.from_position());
    ASSIGN_OR_RETURN(const ReadPlace place, PlaceOfPage(parts_, call, from, {}));
    after = place.sequence;
  }
  ingestion::WatchAnswer watch(answers_, AnswerReaderOf(call), request.name(), after);
  const auto give = [&](const StreamAnswerResponse& page) -> absl::Status {
    WatchAnswerResponse message;
    *message.mutable_cells() = page.cells();
    return WriteInTime(context, writer, message) ? absl::OkStatus()
                                                 : absl::CancelledError("the reader left");
  };
  while (!context->IsCancelled()) {
    if (draining_) return Error(Reason::kDraining, "the service is shutting down");
    RETURN_IF_ERROR(watch.Step(committer.LatestHead().head.size, give));
    WatchAnswerResponse reached;
    Position position;
    position.Set(committer.service(), ServicePosition{committer.epoch(), watch.at()});
    reached.set_position(position.ToString());
    if (!WriteInTime(context, writer, reached)) break;
    committer.WaitForHeadBeyond(watch.at(), kAnswerHeartbeatMicros);
  }
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* AnswersServer::RecordAction(grpc::CallbackServerContext* context,
                                                      const grpc::ByteBuffer* request,
                                                      grpc::ByteBuffer* response) {
  using Request = requests::v1::RecordActionRequest;
  using Response = requests::v1::RecordActionResponse;
  return parts_.gate->Start<Request, Response>(
      context, request, response, [this](Mutation<Request, Response> call) {
        actions_->Record(OfficerOriginOf(*parts_.guard, call.call, call.digest), call.request,
                         [respond = std::move(call.respond)](absl::StatusOr<ActionAnswer> answer) {
                           if (!answer.ok()) return respond(answer.status());
                           Response message;
                           *message.mutable_action() = std::move(answer->action);
                           FillReceipt(std::optional<Accepted>(std::move(answer->accepted)),
                                       &message);
                           respond(std::move(message));
                         });
      });
}

grpc::Status AnswersServer::ListActions(grpc::ServerContext* context,
                                        const requests::v1::ListActionsRequest* request,
                                        requests::v1::ListActionsResponse* response) {
  return parts_.guard->Serve(
      *context, *request, response, [&](const CallContext& call) -> absl::Status {
        ASSIGN_OR_RETURN(const int size,
                         PageSize(request->page_size(), kUsualActions, kMostActions));
        ASSIGN_OR_RETURN(const PagePlace page, parts_.pages->Read(*request, call.caller.spiffe_id,
                                                                  request->page_token()));
        ASSIGN_OR_RETURN(const ReadPlace place, PlaceOfPage(parts_, call, {}, page));
        ASSIGN_OR_RETURN(PageOf<requests::v1::Action> found,
                         ingestion::ListActions(*parts_.store, request->request(), place.sequence,
                                                page.after, static_cast<size_t>(size)));
        for (requests::v1::Action& row : found.rows) *response->add_actions() = std::move(row);
        if (!found.after.empty()) {
          response->set_next_page_token(parts_.pages->Write(
              *request, call.caller.spiffe_id, PagePlace{found.after, place.position}));
        }
        response->set_position(place.position);
        return absl::OkStatus();
      });
}

}  // namespace onereturn::ingestion

#include "services/ingestion/rpc/findings_server.h"

#include "common/status/status_macros.h"
#include "services/ingestion/app/returns/accepted_return.h"
#include "services/ingestion/app/returns/judge_held.h"
#include "services/ingestion/definitions/messages.h"
#include "services/ingestion/domain/finding_key.h"
#include "services/ingestion/rpc/convert.h"

namespace onereturn::ingestion {
namespace {

// A finding of a held return; one of a screen with its key, and what was replied to it.
absl::StatusOr<common::v1::Finding> HeldFinding(const Reader& reader, const ReturnKey& key,
                                                const Finding& finding, uint32_t revision,
                                                uint64_t sequence) {
  common::v1::Finding message = MessageOf(finding);
  if (!finding.screen) return message;
  message.set_key(FindingKey(finding));
  ASSIGN_OR_RETURN(auto reply, ReplyOf(reader, key, message.key(), revision, sequence));
  if (reply.has_value()) *message.mutable_reply() = *std::move(reply);
  return message;
}

}  // namespace

grpc::ServerUnaryReactor* FindingsServer::ReplyToFinding(grpc::CallbackServerContext* context,
                                                         const grpc::ByteBuffer* request,
                                                         grpc::ByteBuffer* response) {
  using Request = returns::v1::ReplyToFindingRequest;
  using Response = returns::v1::ReplyToFindingResponse;
  return parts_.gate->Start<Request, Response>(
      context, request, response, [this](Mutation<Request, Response> call) {
        replies_->Reply(RequestOriginOf(call.call, call.request, call.digest), call.request,
                        [respond = std::move(call.respond)](absl::StatusOr<RepliedAnswer> answer) {
                          if (!answer.ok()) return respond(answer.status());
                          Response wire;
                          *wire.mutable_reply() = answer->reply;
                          FillReceipt(answer->accepted, &wire);
                          respond(std::move(wire));
                        });
      });
}

grpc::Status FindingsServer::ListFindings(grpc::ServerContext* context,
                                          const returns::v1::ListFindingsRequest* request,
                                          returns::v1::ListFindingsResponse* response) {
  const Guard& guard = *parts_.guard;
  return guard.Serve(*context, *request, response, [&](const CallContext& call) -> absl::Status {
    ASSIGN_OR_RETURN(const ParsedName name, ParseReturnName(request->name()));
    ASSIGN_OR_RETURN(const ReadPlace place, PlaceOfPage(parts_, call, {}, {}));
    ASSIGN_OR_RETURN(
        const RevisionPlace revision,
        PlaceOfRevision(*parts_.store, call.caller.scope, name.key, name.revision, place.sequence));
    ASSIGN_OR_RETURN(const bool with_screens,
                     SeesScreens(*parts_.store, call.caller.role, call.caller.scope));
    ASSIGN_OR_RETURN(const Judgement judgement,
                     JudgeHeld(*parts_.store, name.key, revision, with_screens));
    response->set_verdict(static_cast<common::v1::Verdict>(judgement.verdict));
    response->set_finding_count(judgement.findings.count());
    for (const Finding& finding : judgement.findings.kept()) {
      ASSIGN_OR_RETURN(*response->add_findings(), HeldFinding(*parts_.store, name.key, finding,
                                                              revision.number, place.sequence));
    }
    response->set_position(place.position);
    return absl::OkStatus();
  });
}

grpc::Status FindingsServer::ListOwedExplanations(
    grpc::ServerContext* context, const returns::v1::ListOwedExplanationsRequest* request,
    returns::v1::ListOwedExplanationsResponse* response) {
  const Guard& guard = *parts_.guard;
  return guard.Serve(*context, *request, response, [&](const CallContext& call) -> absl::Status {
    ASSIGN_OR_RETURN(const OrganisationScope scope, ScopeOfParent(request->parent(), call));
    ASSIGN_OR_RETURN(const int size, PageSize(request->page_size()));
    ASSIGN_OR_RETURN(const PagePlace page,
                     parts_.pages->Read(*request, call.caller.spiffe_id, request->page_token()));
    ASSIGN_OR_RETURN(const ReadPlace place, PlaceOfPage(parts_, call, request->read(), page));
    ASSIGN_OR_RETURN(const PageOf<OwedOf> owed,
                     ListOwed(*parts_.store, scope, request->collection(), request->period(),
                              place.sequence, page.after, static_cast<size_t>(size)));
    for (const OwedOf& one : owed.rows) {
      returns::v1::OwedExplanations* row = response->add_returns();
      row->set_revision(RevisionName(one.key, one.place.number));
      row->set_organisation(one.key.organisation);
      row->set_period(one.key.period);
      for (const Finding& finding : one.findings) *row->add_findings() = MessageOf(finding);
    }
    if (!owed.after.empty()) {
      response->set_next_page_token(parts_.pages->Write(*request, call.caller.spiffe_id,
                                                        PagePlace{owed.after, place.position}));
    }
    response->set_position(place.position);
    return absl::OkStatus();
  });
}

}  // namespace onereturn::ingestion

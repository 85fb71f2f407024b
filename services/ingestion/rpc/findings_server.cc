#include "services/ingestion/rpc/findings_server.h"

#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/accepted_return.h"
#include "services/ingestion/app/judge_held.h"
#include "services/ingestion/definitions/messages.h"
#include "services/ingestion/rpc/convert.h"

namespace onereturn::ingestion {

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
    ASSIGN_OR_RETURN(const Judgement judgement,
                     JudgeHeld(*parts_.store, call.caller.scope, name.key, revision));
    response->set_verdict(static_cast<common::v1::Verdict>(judgement.verdict));
    response->set_finding_count(judgement.findings.count());
    for (const Finding& finding : judgement.findings.kept()) {
      *response->add_findings() = MessageOf(finding);
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
    if (request->collection().empty()) {
      return Error(Reason::kMissing, "which collection?").Field("collection", "is missing");
    }
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

#include "services/ingestion/rpc/rights_server.h"

#include <functional>
#include <string>
#include <utility>

#include "common/feed/wire.h"
#include "common/period/london_day.h"
#include "common/status/status_macros.h"
#include "services/ingestion/rpc/convert.h"
#include "services/ingestion/rpc/officer_origin.h"

namespace onereturn::ingestion {
namespace {

template <typename Response>
GrantRights::Done RespondingWithGrant(std::function<void(absl::StatusOr<Response>)> respond) {
  return [respond = std::move(respond)](absl::StatusOr<GrantAnswer> answer) {
    if (!answer.ok()) return respond(answer.status());
    Response response;
    *response.mutable_grant() = std::move(answer->grant);
    FillReceipt(answer->accepted, &response);
    respond(std::move(response));
  };
}

// A method that takes one step of a grant.
template <typename Response, typename Request>
grpc::ServerUnaryReactor* StartStep(const IngestionParts& parts, const GrantRights* grants,
                                    const RawCall& raw,
                                    void (GrantRights::*step)(const OfficerOrigin&, const Request&,
                                                              GrantRights::Done) const) {
  return parts.gate->Start<Request, Response>(
      raw.context, raw.request, raw.response,
      [guard = parts.guard, grants, step](Mutation<Request, Response> call) {
        (grants->*step)(OfficerOriginOf(*guard, call.call, call.digest), call.request,
                        RespondingWithGrant<Response>(std::move(call.respond)));
      });
}

template <typename Response, typename Request, typename Step>
grpc::ServerUnaryReactor* StartDelegation(const IngestionParts& parts, const RawCall& raw,
                                          Step step) {
  return parts.gate->Start<Request, Response>(
      raw.context, raw.request, raw.response,
      [guard = parts.guard, step = std::move(step)](Mutation<Request, Response> call) {
        step(OfficerOriginOf(*guard, call.call, call.digest), LondonDay(call.call.started),
             call.request, RespondingWithGrant<Response>(std::move(call.respond)));
      });
}

rights::v1::HeldRight ToWire(const Grant& grant) {
  rights::v1::HeldRight right;
  right.set_role(grant.role);
  right.set_organisation(grant.organisation);
  right.set_reach(grant.reach);
  for (const std::string& collection : grant.collections) right.add_collections(collection);
  if (grant.until.has_value()) right.set_valid_until(grant.until->ToString());
  right.set_grant(grant.name);
  const auto* permissions = options::v1::Permission_descriptor();
  for (int i = 0; i < permissions->value_count(); ++i) {
    const auto* value = permissions->value(i);
    if (Holds(grant.role, static_cast<options::v1::Permission>(value->number()))) {
      right.add_permissions(value->name());
    }
  }
  return right;
}

}  // namespace

grpc::ServerUnaryReactor* RightsServer::ProposeGrant(grpc::CallbackServerContext* context,
                                                     const grpc::ByteBuffer* request,
                                                     grpc::ByteBuffer* response) {
  return StartStep<rights::v1::ProposeGrantResponse>(parts_, grants_, {context, request, response},
                                                     &GrantRights::Propose);
}

grpc::ServerUnaryReactor* RightsServer::DecideGrant(grpc::CallbackServerContext* context,
                                                    const grpc::ByteBuffer* request,
                                                    grpc::ByteBuffer* response) {
  return StartStep<rights::v1::DecideGrantResponse>(parts_, grants_, {context, request, response},
                                                    &GrantRights::Decide);
}

grpc::ServerUnaryReactor* RightsServer::RevokeGrant(grpc::CallbackServerContext* context,
                                                    const grpc::ByteBuffer* request,
                                                    grpc::ByteBuffer* response) {
  return StartStep<rights::v1::RevokeGrantResponse>(parts_, grants_, {context, request, response},
                                                    &GrantRights::Revoke);
}

grpc::ServerUnaryReactor* RightsServer::DelegateSignOff(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request,
                                                        grpc::ByteBuffer* response) {
  using Request = rights::v1::DelegateSignOffRequest;
  return StartDelegation<rights::v1::DelegateSignOffResponse, Request>(
      parts_, {context, request, response},
      [this](const OfficerOrigin& origin, const CivilDay& today, const Request& asked,
             GrantRights::Done done) {
        delegations_->Delegate(origin, today, asked, std::move(done));
      });
}

grpc::ServerUnaryReactor* RightsServer::EndDelegation(grpc::CallbackServerContext* context,
                                                      const grpc::ByteBuffer* request,
                                                      grpc::ByteBuffer* response) {
  using Request = rights::v1::EndDelegationRequest;
  return StartDelegation<rights::v1::EndDelegationResponse, Request>(
      parts_, {context, request, response},
      [this](const OfficerOrigin& origin, const CivilDay& /*today*/, const Request& asked,
             GrantRights::Done done) { delegations_->End(origin, asked, std::move(done)); });
}

grpc::Status RightsServer::ListGrants(grpc::ServerContext* context,
                                      const rights::v1::ListGrantsRequest* request,
                                      rights::v1::ListGrantsResponse* response) {
  const Guard& guard = *parts_.guard;
  return guard.Serve(*context, *request, response, [&](const CallContext& call) -> absl::Status {
    ASSIGN_OR_RETURN(const int size, PageSize(request->page_size()));
    ASSIGN_OR_RETURN(PagePlace page,
                     parts_.pages->Read(*request, call.caller.spiffe_id, request->page_token()));
    ASSIGN_OR_RETURN(const ReadWish wish, ToWish(common::v1::ReadAt(), call));
    ASSIGN_OR_RETURN(const ReadPlace place,
                     ResolveRead(*parts_.store, *parts_.committer, guard.clock(), wish));
    ASSIGN_OR_RETURN(PageOf<rights::v1::Grant> found,
                     ingestion::ListGrants(*parts_.store, call.caller.scope, *request, page.after,
                                           static_cast<size_t>(size)));
    for (rights::v1::Grant& grant : found.rows) *response->add_grants() = std::move(grant);
    if (!found.after.empty()) {
      response->set_next_page_token(parts_.pages->Write(*request, call.caller.spiffe_id,
                                                        PagePlace{found.after, place.position}));
    }
    response->set_position(place.position);
    return absl::OkStatus();
  });
}

grpc::Status RightsServer::GetMyRights(grpc::ServerContext* context,
                                       const rights::v1::GetMyRightsRequest* request,
                                       rights::v1::GetMyRightsResponse* response) {
  const Guard& guard = *parts_.guard;
  return guard.Serve(*context, *request, response, [&](const CallContext& call) -> absl::Status {
    const CivilDay day = LondonDay(call.started);
    const std::shared_ptr<const Rights> rights = rights_->Current();
    const Caller& caller = call.caller;
    response->set_system(caller.spiffe_id);
    response->set_person(caller.person);
    const std::string& subject = caller.person.empty() ? caller.spiffe_id : caller.person;
    for (const Grant& grant : rights->GrantsOf(subject, day)) {
      *response->add_rights() = ToWire(grant);
    }
    response->set_day(day.ToString());
    response->set_version(rights->version());
    return absl::OkStatus();
  });
}

}  // namespace onereturn::ingestion

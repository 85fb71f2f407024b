// What the methods that define something, or list definitions, have in common.
#ifndef ONERETURN_SERVICES_INGESTION_RPC_DEFINITION_METHODS_H_
#define ONERETURN_SERVICES_INGESTION_RPC_DEFINITION_METHODS_H_

#include <functional>
#include <string>
#include <utility>

#include "common/feed/wire.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/catalogue/define.h"
#include "services/ingestion/app/catalogue/read_catalogue.h"
#include "services/ingestion/rpc/convert.h"
#include "services/ingestion/rpc/returns_server.h"

namespace onereturn::ingestion {

template <typename Call>
RequestOrigin OriginOf(const Call& call) {
  return RequestOrigin{
      call.call.caller.spiffe_id,   call.request.request_id(), call.digest,
      call.request.validate_only(), call.call.caller.person,   call.call.caller.role};
}

// Answers with the definition in the field that `mutable_definition` gives.
template <typename Response, typename Definition>
DefinedDone<Definition> Responding(std::function<void(absl::StatusOr<Response>)> respond,
                                   Definition* (Response::*mutable_definition)()) {
  return [respond = std::move(respond),
          mutable_definition](absl::StatusOr<Defined<Definition>> defined) {
    if (!defined.ok()) return respond(defined.status());
    Response response;
    *(response.*mutable_definition)() = std::move(defined->definition);
    FillReceipt(defined->accepted, &response);
    response.set_unchanged(defined->unchanged);
    respond(std::move(response));
  };
}

// A method that defines something.
template <typename Request, typename Response, typename Definition>
grpc::ServerUnaryReactor* StartDefining(const IngestionParts& parts, const Define* define,
                                        const RawCall& raw,
                                        void (Define::*define_one)(const RequestOrigin&, Definition,
                                                                   DefinedDone<Definition>) const,
                                        const Definition& (Request::*definition)() const,
                                        Definition* (Response::*mutable_definition)()) {
  return parts.gate->Start<Request, Response>(
      raw.context, raw.request, raw.response,
      [define, define_one, definition, mutable_definition](Mutation<Request, Response> call) {
        (define->*define_one)(OriginOf(call), (call.request.*definition)(),
                              Responding(std::move(call.respond), mutable_definition));
      });
}

// A page of definitions; the next one is read at the same place.
template <typename Definition, typename Request, typename Response>
absl::Status LoadPage(const IngestionParts& parts, const CallContext& call, DefinitionKind kind,
                      const Request& request,
                      const std::function<bool(const Definition& definition)>& wanted,
                      google::protobuf::RepeatedPtrField<Definition>* (*rows)(Response*),
                      Response* response) {
  ASSIGN_OR_RETURN(int size, PageSize(request.page_size()));
  ASSIGN_OR_RETURN(PagePlace page,
                   parts.pages->Read(request, call.caller.spiffe_id, request.page_token()));
  ASSIGN_OR_RETURN(ReadWish wish, ToWish(request.read(), call));
  if (!page.position.empty()) {
    wish.as_of_time.reset();
    wish.as_of_position = page.position;
  }
  ASSIGN_OR_RETURN(ReadPlace place,
                   ResolveRead(*parts.store, *parts.committer, parts.guard->clock(), wish));
  ASSIGN_OR_RETURN(
      PageOf<Definition> found,
      ListDefinitions<Definition>(*parts.store, kind, page.after, place.sequence, size, wanted));
  for (Definition& row : found.rows) *rows(response)->Add() = std::move(row);
  if (!found.after.empty()) {
    response->set_next_page_token(
        parts.pages->Write(request, call.caller.spiffe_id, PagePlace{found.after, place.position}));
  }
  response->set_position(place.position);
  return absl::OkStatus();
}

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_RPC_DEFINITION_METHODS_H_

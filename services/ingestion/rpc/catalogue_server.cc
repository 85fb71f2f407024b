#include "services/ingestion/rpc/catalogue_server.h"

#include <utility>

#include "common/feed/wire.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/read_catalogue.h"
#include "services/ingestion/rpc/convert.h"

namespace onereturn::ingestion {
namespace {

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

// The definition that the request names, as of its place.
template <typename Request, typename Definition>
absl::Status Load(const IngestionParts& parts, const CallContext& call, DefinitionKind kind,
                  absl::string_view prefix, const Request& request, Definition* definition,
                  std::string* position) {
  ASSIGN_OR_RETURN(ReadWish wish, ToWish(request.read(), call));
  ASSIGN_OR_RETURN(ReadPlace place,
                   ResolveRead(*parts.store, *parts.committer, parts.guard->clock(), wish));
  ASSIGN_OR_RETURN(*definition, GetDefinition<Definition>(*parts.store, kind, prefix,
                                                          request.name(), place.sequence));
  *position = place.position;
  return absl::OkStatus();
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

}  // namespace

grpc::ServerUnaryReactor* CatalogueServer::UpdateOrganisation(grpc::CallbackServerContext* context,
                                                              const grpc::ByteBuffer* request,
                                                              grpc::ByteBuffer* response) {
  return StartDefining(parts_, define_, {context, request, response}, &Define::Organisation,
                       &catalogue::v1::UpdateOrganisationRequest::organisation,
                       &catalogue::v1::UpdateOrganisationResponse::mutable_organisation);
}

grpc::ServerUnaryReactor* CatalogueServer::UpdateItem(grpc::CallbackServerContext* context,
                                                      const grpc::ByteBuffer* request,
                                                      grpc::ByteBuffer* response) {
  return StartDefining(parts_, define_, {context, request, response}, &Define::Item,
                       &catalogue::v1::UpdateItemRequest::item,
                       &catalogue::v1::UpdateItemResponse::mutable_item);
}

grpc::ServerUnaryReactor* CatalogueServer::UpdateCollection(grpc::CallbackServerContext* context,
                                                            const grpc::ByteBuffer* request,
                                                            grpc::ByteBuffer* response) {
  return StartDefining(parts_, define_, {context, request, response}, &Define::Collection,
                       &catalogue::v1::UpdateCollectionRequest::collection,
                       &catalogue::v1::UpdateCollectionResponse::mutable_collection);
}

grpc::Status CatalogueServer::GetOrganisation(grpc::ServerContext* context,
                                              const catalogue::v1::GetOrganisationRequest* request,
                                              catalogue::v1::GetOrganisationResponse* response) {
  return parts_.guard->Serve(*context, *request, response, [&](const CallContext& call) {
    return Load(parts_, call, DefinitionKind::kOrganisation, "organisations/", *request,
                response->mutable_organisation(), response->mutable_position());
  });
}

grpc::Status CatalogueServer::GetItem(grpc::ServerContext* context,
                                      const catalogue::v1::GetItemRequest* request,
                                      catalogue::v1::GetItemResponse* response) {
  return parts_.guard->Serve(*context, *request, response, [&](const CallContext& call) {
    return Load(parts_, call, DefinitionKind::kItem, "items/", *request, response->mutable_item(),
                response->mutable_position());
  });
}

grpc::Status CatalogueServer::GetCollection(grpc::ServerContext* context,
                                            const catalogue::v1::GetCollectionRequest* request,
                                            catalogue::v1::GetCollectionResponse* response) {
  return parts_.guard->Serve(*context, *request, response, [&](const CallContext& call) {
    return Load(parts_, call, DefinitionKind::kCollection, "collections/", *request,
                response->mutable_collection(), response->mutable_position());
  });
}

grpc::Status CatalogueServer::ListOrganisations(
    grpc::ServerContext* context, const catalogue::v1::ListOrganisationsRequest* request,
    catalogue::v1::ListOrganisationsResponse* response) {
  return parts_.guard->Serve(*context, *request, response, [&](const CallContext& call) {
    return LoadPage<catalogue::v1::Organisation, catalogue::v1::ListOrganisationsRequest,
                    catalogue::v1::ListOrganisationsResponse>(
        parts_, call, DefinitionKind::kOrganisation, *request,
        [request](const catalogue::v1::Organisation& organisation) {
          return request->type() == catalogue::v1::ORGANISATION_TYPE_UNSPECIFIED ||
                 organisation.type() == request->type();
        },
        [](catalogue::v1::ListOrganisationsResponse* page) {
          return page->mutable_organisations();
        },
        response);
  });
}

grpc::Status CatalogueServer::ListItems(grpc::ServerContext* context,
                                        const catalogue::v1::ListItemsRequest* request,
                                        catalogue::v1::ListItemsResponse* response) {
  return parts_.guard->Serve(*context, *request, response, [&](const CallContext& call) {
    return LoadPage<catalogue::v1::DataItem, catalogue::v1::ListItemsRequest,
                    catalogue::v1::ListItemsResponse>(
        parts_, call, DefinitionKind::kItem, *request,
        [](const catalogue::v1::DataItem&) { return true; },
        [](catalogue::v1::ListItemsResponse* page) { return page->mutable_items(); }, response);
  });
}

grpc::Status CatalogueServer::ListCollections(grpc::ServerContext* context,
                                              const catalogue::v1::ListCollectionsRequest* request,
                                              catalogue::v1::ListCollectionsResponse* response) {
  return parts_.guard->Serve(*context, *request, response, [&](const CallContext& call) {
    return LoadPage<catalogue::v1::Collection, catalogue::v1::ListCollectionsRequest,
                    catalogue::v1::ListCollectionsResponse>(
        parts_, call, DefinitionKind::kCollection, *request,
        [](const catalogue::v1::Collection&) { return true; },
        [](catalogue::v1::ListCollectionsResponse* page) { return page->mutable_collections(); },
        response);
  });
}

}  // namespace onereturn::ingestion

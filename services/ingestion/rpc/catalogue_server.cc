#include "services/ingestion/rpc/catalogue_server.h"

#include <utility>

#include "common/feed/wire.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/catalogue/read_catalogue.h"
#include "services/ingestion/rpc/convert.h"
#include "services/ingestion/rpc/definition_methods.h"

namespace onereturn::ingestion {
namespace {

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

Supposed SupposedIn(const catalogue::v1::UpdateCollectionRequest& request) {
  Supposed supposed;
  supposed.items.assign(request.supposed_items().begin(), request.supposed_items().end());
  supposed.organisations.assign(request.supposed_organisations().begin(),
                                request.supposed_organisations().end());
  if (request.has_supposed_calendar()) supposed.calendar = request.supposed_calendar();
  return supposed;
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
  using Request = catalogue::v1::UpdateItemRequest;
  using Response = catalogue::v1::UpdateItemResponse;
  return parts_.gate->Start<Request, Response>(
      context, request, response, [this](Mutation<Request, Response> call) {
        Supposed supposed;
        supposed.items.assign(call.request.supposed_items().begin(),
                              call.request.supposed_items().end());
        define_->ItemBeside(OriginOf(call), call.request.item(), std::move(supposed),
                            Responding(std::move(call.respond), &Response::mutable_item));
      });
}

grpc::ServerUnaryReactor* CatalogueServer::UpdateCollection(grpc::CallbackServerContext* context,
                                                            const grpc::ByteBuffer* request,
                                                            grpc::ByteBuffer* response) {
  using Request = catalogue::v1::UpdateCollectionRequest;
  using Response = catalogue::v1::UpdateCollectionResponse;
  return parts_.gate->Start<Request, Response>(
      context, request, response, [this](Mutation<Request, Response> call) {
        define_->CollectionBeside(
            OriginOf(call), call.request.collection(), SupposedIn(call.request),
            Responding(std::move(call.respond), &Response::mutable_collection));
      });
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

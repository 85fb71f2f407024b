#include "services/ingestion/rpc/catalogue_server.h"

#include <utility>

#include "absl/strings/strip.h"
#include "common/feed/wire.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/rpc/convert.h"

namespace onereturn::ingestion {
namespace {

constexpr int kUsualPage = 100;
constexpr int kLargestPage = 1'000;

template <typename Call>
RequestOrigin OriginOf(const Call& call) {
  return RequestOrigin{call.call.caller.spiffe_id, call.request.request_id(), call.digest,
                       call.request.validate_only()};
}

// Answers with the definition in the field that `mutable_definition` gives.
template <typename Response, typename Definition>
DefinedDone<Definition> Responding(std::function<void(absl::StatusOr<Response>)> respond,
                                   Definition* (*mutable_definition)(Response*)) {
  return [respond = std::move(respond),
          mutable_definition](absl::StatusOr<Defined<Definition>> defined) {
    if (!defined.ok()) return respond(defined.status());
    Response response;
    *mutable_definition(&response) = std::move(defined->definition);
    if (defined->accepted.has_value()) {
      *response.mutable_receipt() = onereturn::ToWire(*defined->accepted);
      response.set_replayed(defined->accepted->replayed);
    }
    response.set_unchanged(defined->unchanged);
    respond(std::move(response));
  };
}

// The definition that `name` ("items/x") names, as of the read's place.
template <typename Definition>
absl::Status Load(const IngestionParts& parts, const CallContext& call, DefinitionKind kind,
                  absl::string_view prefix, absl::string_view name, const common::v1::ReadAt& read,
                  Definition* definition, std::string* position) {
  if (!absl::ConsumePrefix(&name, prefix)) return NotFound();
  ASSIGN_OR_RETURN(ReadWish wish, ToWish(read, call));
  ASSIGN_OR_RETURN(ReadPlace place,
                   ResolveRead(*parts.store, *parts.committer, parts.guard->clock(), wish));
  ASSIGN_OR_RETURN(std::optional<StoredDefinition> stored,
                   FindDefinition(*parts.store, kind, name, place.sequence));
  if (!stored.has_value()) return NotFound();
  if (!definition->ParseFromString(stored->bytes))
    return absl::DataLossError("a stored definition cannot be read");
  definition->set_etag(EtagOf(stored->sequence));
  *position = place.position;
  return absl::OkStatus();
}

}  // namespace

grpc::ServerUnaryReactor* CatalogueServer::UpdateOrganisation(grpc::CallbackServerContext* context,
                                                              const grpc::ByteBuffer* request,
                                                              grpc::ByteBuffer* response) {
  using Request = catalogue::v1::UpdateOrganisationRequest;
  using Response = catalogue::v1::UpdateOrganisationResponse;
  return parts_.gate->Start<Request, Response>(
      context, request, response, [this](Mutation<Request, Response> call) {
        define_->Organisation(OriginOf(call), call.request.organisation(),
                              Responding<Response, catalogue::v1::Organisation>(
                                  std::move(call.respond),
                                  [](Response* answer) { return answer->mutable_organisation(); }));
      });
}

grpc::ServerUnaryReactor* CatalogueServer::UpdateItem(grpc::CallbackServerContext* context,
                                                      const grpc::ByteBuffer* request,
                                                      grpc::ByteBuffer* response) {
  using Request = catalogue::v1::UpdateItemRequest;
  using Response = catalogue::v1::UpdateItemResponse;
  return parts_.gate->Start<Request, Response>(
      context, request, response, [this](Mutation<Request, Response> call) {
        define_->Item(
            OriginOf(call), call.request.item(),
            Responding<Response, catalogue::v1::DataItem>(
                std::move(call.respond), [](Response* answer) { return answer->mutable_item(); }));
      });
}

grpc::ServerUnaryReactor* CatalogueServer::UpdateCollection(grpc::CallbackServerContext* context,
                                                            const grpc::ByteBuffer* request,
                                                            grpc::ByteBuffer* response) {
  using Request = catalogue::v1::UpdateCollectionRequest;
  using Response = catalogue::v1::UpdateCollectionResponse;
  return parts_.gate->Start<Request, Response>(
      context, request, response, [this](Mutation<Request, Response> call) {
        define_->Collection(OriginOf(call), call.request.collection(),
                            Responding<Response, catalogue::v1::Collection>(
                                std::move(call.respond),
                                [](Response* answer) { return answer->mutable_collection(); }));
      });
}

grpc::Status CatalogueServer::GetOrganisation(grpc::ServerContext* context,
                                              const catalogue::v1::GetOrganisationRequest* request,
                                              catalogue::v1::GetOrganisationResponse* response) {
  return parts_.guard->Serve(*context, *request, [&](const CallContext& call) {
    return Load(parts_, call, DefinitionKind::kOrganisation, "organisations/", request->name(),
                request->read(), response->mutable_organisation(), response->mutable_position());
  });
}

grpc::Status CatalogueServer::GetItem(grpc::ServerContext* context,
                                      const catalogue::v1::GetItemRequest* request,
                                      catalogue::v1::GetItemResponse* response) {
  return parts_.guard->Serve(*context, *request, [&](const CallContext& call) {
    return Load(parts_, call, DefinitionKind::kItem, "items/", request->name(), request->read(),
                response->mutable_item(), response->mutable_position());
  });
}

grpc::Status CatalogueServer::GetCollection(grpc::ServerContext* context,
                                            const catalogue::v1::GetCollectionRequest* request,
                                            catalogue::v1::GetCollectionResponse* response) {
  return parts_.guard->Serve(*context, *request, [&](const CallContext& call) {
    return Load(parts_, call, DefinitionKind::kCollection, "collections/", request->name(),
                request->read(), response->mutable_collection(), response->mutable_position());
  });
}

grpc::Status CatalogueServer::ListOrganisations(
    grpc::ServerContext* context, const catalogue::v1::ListOrganisationsRequest* request,
    catalogue::v1::ListOrganisationsResponse* response) {
  return parts_.guard->Serve(*context, *request, [&](const CallContext& call) -> absl::Status {
    ASSIGN_OR_RETURN(int size, PageSize(request->page_size(), kUsualPage, kLargestPage));
    ASSIGN_OR_RETURN(PagePlace page,
                     parts_.pages->Read(*request, call.caller.spiffe_id, request->page_token()));
    ASSIGN_OR_RETURN(ReadWish wish, ToWish(request->read(), call));
    if (!page.position.empty()) {
      wish.as_of_time.reset();
      wish.as_of_position = page.position;
    }
    ASSIGN_OR_RETURN(ReadPlace place,
                     ResolveRead(*parts_.store, *parts_.committer, parts_.guard->clock(), wish));
    bool more = false;
    RETURN_IF_ERROR(
        VisitDefinitions(*parts_.store, DefinitionKind::kOrganisation, page.after, place.sequence,
                         [&](const StoredDefinition& stored) -> absl::StatusOr<bool> {
                           catalogue::v1::Organisation organisation;
                           if (!organisation.ParseFromString(stored.bytes)) {
                             return absl::DataLossError("a stored organisation cannot be read");
                           }
                           if (request->type() != catalogue::v1::ORGANISATION_TYPE_UNSPECIFIED &&
                               organisation.type() != request->type()) {
                             return true;
                           }
                           more = response->organisations_size() == size;
                           if (more) return false;
                           organisation.set_etag(EtagOf(stored.sequence));
                           *response->add_organisations() = std::move(organisation);
                           return true;
                         }));
    if (more) {
      const std::string& last = response->organisations(response->organisations_size() - 1).code();
      response->set_next_page_token(
          parts_.pages->Write(*request, call.caller.spiffe_id, PagePlace{last, place.position}));
    }
    response->set_position(place.position);
    return absl::OkStatus();
  });
}

}  // namespace onereturn::ingestion

// CatalogueService, over the use cases.
#ifndef ONERETURN_SERVICES_INGESTION_RPC_CATALOGUE_SERVER_H_
#define ONERETURN_SERVICES_INGESTION_RPC_CATALOGUE_SERVER_H_

#include "onereturn/catalogue/v1/catalogue_service.grpc.pb.h"
#include "services/ingestion/app/catalogue/define.h"
#include "services/ingestion/rpc/returns_server.h"

namespace onereturn::ingestion {

using CatalogueBase = catalogue::v1::CatalogueService::WithRawCallbackMethod_UpdateOrganisation<
    catalogue::v1::CatalogueService::WithRawCallbackMethod_UpdateItem<
        catalogue::v1::CatalogueService::WithRawCallbackMethod_UpdateCollection<
            catalogue::v1::CatalogueService::Service>>>;

// Thread safe.
class CatalogueServer final : public CatalogueBase {
 public:
  CatalogueServer(IngestionParts parts, const Define* define) : parts_(parts), define_(define) {}

  grpc::ServerUnaryReactor* UpdateOrganisation(grpc::CallbackServerContext* context,
                                               const grpc::ByteBuffer* request,
                                               grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* UpdateItem(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* UpdateCollection(grpc::CallbackServerContext* context,
                                             const grpc::ByteBuffer* request,
                                             grpc::ByteBuffer* response) override;

  grpc::Status GetOrganisation(grpc::ServerContext* context,
                               const catalogue::v1::GetOrganisationRequest* request,
                               catalogue::v1::GetOrganisationResponse* response) override;
  grpc::Status ListOrganisations(grpc::ServerContext* context,
                                 const catalogue::v1::ListOrganisationsRequest* request,
                                 catalogue::v1::ListOrganisationsResponse* response) override;
  grpc::Status GetItem(grpc::ServerContext* context, const catalogue::v1::GetItemRequest* request,
                       catalogue::v1::GetItemResponse* response) override;
  grpc::Status ListItems(grpc::ServerContext* context,
                         const catalogue::v1::ListItemsRequest* request,
                         catalogue::v1::ListItemsResponse* response) override;
  grpc::Status GetCollection(grpc::ServerContext* context,
                             const catalogue::v1::GetCollectionRequest* request,
                             catalogue::v1::GetCollectionResponse* response) override;
  grpc::Status ListCollections(grpc::ServerContext* context,
                               const catalogue::v1::ListCollectionsRequest* request,
                               catalogue::v1::ListCollectionsResponse* response) override;

 private:
  const IngestionParts parts_;
  const Define* const define_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_RPC_CATALOGUE_SERVER_H_

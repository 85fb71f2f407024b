// StewardshipService, over the use cases.
#ifndef ONERETURN_SERVICES_INGESTION_RPC_STEWARDSHIP_SERVER_H_
#define ONERETURN_SERVICES_INGESTION_RPC_STEWARDSHIP_SERVER_H_

#include "onereturn/catalogue/v1/stewardship_service.grpc.pb.h"
#include "services/ingestion/app/catalogue/change_definitions.h"
#include "services/ingestion/app/catalogue/define.h"
#include "services/ingestion/rpc/returns_server.h"

namespace onereturn::ingestion {

using StewardshipBase = catalogue::v1::StewardshipService::WithRawCallbackMethod_UpdateGuidance<
    catalogue::v1::StewardshipService::WithRawCallbackMethod_UpdateResponsibility<
        catalogue::v1::StewardshipService::WithRawCallbackMethod_ProposeChange<
            catalogue::v1::StewardshipService::WithRawCallbackMethod_ReplyToChange<
                catalogue::v1::StewardshipService::WithRawCallbackMethod_DecideChange<
                    catalogue::v1::StewardshipService::WithRawCallbackMethod_WithdrawChange<
                        catalogue::v1::StewardshipService::Service>>>>>>;

// Thread safe.
class StewardshipServer final : public StewardshipBase {
 public:
  StewardshipServer(IngestionParts parts, const Define* define, const ChangeDefinitions* changes)
      : parts_(parts), define_(define), changes_(changes) {}

  grpc::ServerUnaryReactor* UpdateGuidance(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* UpdateResponsibility(grpc::CallbackServerContext* context,
                                                 const grpc::ByteBuffer* request,
                                                 grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ProposeChange(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ReplyToChange(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* DecideChange(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* WithdrawChange(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override;

  grpc::Status ListGuidance(grpc::ServerContext* context,
                            const catalogue::v1::ListGuidanceRequest* request,
                            catalogue::v1::ListGuidanceResponse* response) override;
  grpc::Status ListResponsibilities(grpc::ServerContext* context,
                                    const catalogue::v1::ListResponsibilitiesRequest* request,
                                    catalogue::v1::ListResponsibilitiesResponse* response) override;
  grpc::Status SearchCatalogue(grpc::ServerContext* context,
                               const catalogue::v1::SearchCatalogueRequest* request,
                               catalogue::v1::SearchCatalogueResponse* response) override;
  grpc::Status DiffDefinition(grpc::ServerContext* context,
                              const catalogue::v1::DiffDefinitionRequest* request,
                              catalogue::v1::DiffDefinitionResponse* response) override;
  grpc::Status DiffCatalogue(grpc::ServerContext* context,
                             const catalogue::v1::DiffCatalogueRequest* request,
                             catalogue::v1::DiffCatalogueResponse* response) override;
  grpc::Status ListChanges(grpc::ServerContext* context,
                           const catalogue::v1::ListChangesRequest* request,
                           catalogue::v1::ListChangesResponse* response) override;
  grpc::Status BacktestRule(
      grpc::ServerContext* context, const catalogue::v1::BacktestRuleRequest* request,
      grpc::ServerWriter<catalogue::v1::BacktestRuleResponse>* writer) override;

 private:
  const IngestionParts parts_;
  const Define* const define_;
  const ChangeDefinitions* const changes_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_RPC_STEWARDSHIP_SERVER_H_

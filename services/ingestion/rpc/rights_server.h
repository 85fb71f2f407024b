// RightsService over the use cases.
#ifndef ONERETURN_SERVICES_INGESTION_RPC_RIGHTS_SERVER_H_
#define ONERETURN_SERVICES_INGESTION_RPC_RIGHTS_SERVER_H_

#include <memory>

#include "common/identity/rights_source.h"
#include "onereturn/rights/v1/rights_service.grpc.pb.h"
#include "services/ingestion/app/rights/delegate_sign_off.h"
#include "services/ingestion/app/rights/grant_rights.h"
#include "services/ingestion/rpc/returns_server.h"

namespace onereturn::ingestion {

using RightsServiceBase = rights::v1::RightsService::WithRawCallbackMethod_ProposeGrant<
    rights::v1::RightsService::WithRawCallbackMethod_DecideGrant<
        rights::v1::RightsService::WithRawCallbackMethod_RevokeGrant<
            rights::v1::RightsService::WithRawCallbackMethod_DelegateSignOff<
                rights::v1::RightsService::WithRawCallbackMethod_EndDelegation<
                    rights::v1::RightsService::Service>>>>>;

// Thread safe.
class RightsServer final : public RightsServiceBase {
 public:
  RightsServer(IngestionParts parts, const GrantRights* grants,
               const ingestion::DelegateSignOff* delegations,
               std::shared_ptr<const RightsSource> rights)
      : parts_(parts), grants_(grants), delegations_(delegations), rights_(std::move(rights)) {}

  grpc::ServerUnaryReactor* ProposeGrant(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* DecideGrant(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* RevokeGrant(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* DelegateSignOff(grpc::CallbackServerContext* context,
                                            const grpc::ByteBuffer* request,
                                            grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* EndDelegation(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;
  grpc::Status ListGrants(grpc::ServerContext* context,
                          const rights::v1::ListGrantsRequest* request,
                          rights::v1::ListGrantsResponse* response) override;
  grpc::Status GetMyRights(grpc::ServerContext* context,
                           const rights::v1::GetMyRightsRequest* request,
                           rights::v1::GetMyRightsResponse* response) override;

 private:
  const IngestionParts parts_;
  const GrantRights* const grants_;
  const ingestion::DelegateSignOff* const delegations_;
  const std::shared_ptr<const RightsSource> rights_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_RPC_RIGHTS_SERVER_H_

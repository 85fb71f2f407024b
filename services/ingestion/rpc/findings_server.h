// FindingsService, over the use cases.
#ifndef ONERETURN_SERVICES_INGESTION_RPC_FINDINGS_SERVER_H_
#define ONERETURN_SERVICES_INGESTION_RPC_FINDINGS_SERVER_H_

#include "onereturn/returns/v1/findings_service.grpc.pb.h"
#include "services/ingestion/rpc/returns_server.h"

namespace onereturn::ingestion {

// Thread safe.
class FindingsServer final : public returns::v1::FindingsService::Service {
 public:
  explicit FindingsServer(IngestionParts parts) : parts_(parts) {}

  grpc::Status ListFindings(grpc::ServerContext* context,
                            const returns::v1::ListFindingsRequest* request,
                            returns::v1::ListFindingsResponse* response) override;
  grpc::Status ListOwedExplanations(grpc::ServerContext* context,
                                    const returns::v1::ListOwedExplanationsRequest* request,
                                    returns::v1::ListOwedExplanationsResponse* response) override;

 private:
  const IngestionParts parts_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_RPC_FINDINGS_SERVER_H_

// FindingsService, over the use cases.
#ifndef ONERETURN_SERVICES_INGESTION_RPC_FINDINGS_SERVER_H_
#define ONERETURN_SERVICES_INGESTION_RPC_FINDINGS_SERVER_H_

#include "onereturn/returns/v1/findings_service.grpc.pb.h"
#include "services/ingestion/app/returns/reply_to_finding.h"
#include "services/ingestion/rpc/returns_server.h"

namespace onereturn::ingestion {

using FindingsBase = returns::v1::FindingsService::WithRawCallbackMethod_ReplyToFinding<
    returns::v1::FindingsService::Service>;

// Thread safe.
class FindingsServer final : public FindingsBase {
 public:
  // All must outlive it.
  FindingsServer(IngestionParts parts, const ingestion::ReplyToFinding* replies)
      : parts_(parts), replies_(replies) {}

  grpc::ServerUnaryReactor* ReplyToFinding(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override;

  grpc::Status ListFindings(grpc::ServerContext* context,
                            const returns::v1::ListFindingsRequest* request,
                            returns::v1::ListFindingsResponse* response) override;
  grpc::Status ListOwedExplanations(grpc::ServerContext* context,
                                    const returns::v1::ListOwedExplanationsRequest* request,
                                    returns::v1::ListOwedExplanationsResponse* response) override;

 private:
  const IngestionParts parts_;
  const ingestion::ReplyToFinding* const replies_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_RPC_FINDINGS_SERVER_H_

// ObligationsService, over the use cases.
#ifndef ONERETURN_SERVICES_INGESTION_RPC_OBLIGATIONS_SERVER_H_
#define ONERETURN_SERVICES_INGESTION_RPC_OBLIGATIONS_SERVER_H_

#include "onereturn/requests/v1/obligations_service.grpc.pb.h"
#include "services/ingestion/app/requests/obligations/challenge_obligation.h"
#include "services/ingestion/app/requests/obligations/simplified_mode.h"
#include "services/ingestion/rpc/returns_server.h"

namespace onereturn::ingestion {

using ObligationsBase = requests::v1::ObligationsService::WithRawCallbackMethod_ChallengeObligation<
    requests::v1::ObligationsService::WithRawCallbackMethod_AnswerChallenge<
        requests::v1::ObligationsService::WithRawCallbackMethod_SetSimplifiedMode<
            requests::v1::ObligationsService::Service>>>;

// Thread safe.
class ObligationsServer final : public ObligationsBase {
 public:
  ObligationsServer(IngestionParts parts, const ingestion::ChallengeObligation* challenges,
                    const ingestion::SetSimplifiedMode* mode)
      : parts_(parts), challenges_(challenges), mode_(mode) {}

  grpc::ServerUnaryReactor* ChallengeObligation(grpc::CallbackServerContext* context,
                                                const grpc::ByteBuffer* request,
                                                grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* AnswerChallenge(grpc::CallbackServerContext* context,
                                            const grpc::ByteBuffer* request,
                                            grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* SetSimplifiedMode(grpc::CallbackServerContext* context,
                                              const grpc::ByteBuffer* request,
                                              grpc::ByteBuffer* response) override;

  grpc::Status ListObligations(grpc::ServerContext* context,
                               const requests::v1::ListObligationsRequest* request,
                               requests::v1::ListObligationsResponse* response) override;
  grpc::Status GetSimplifiedMode(grpc::ServerContext* context,
                                 const requests::v1::GetSimplifiedModeRequest* request,
                                 requests::v1::GetSimplifiedModeResponse* response) override;

 private:
  const IngestionParts parts_;
  const ingestion::ChallengeObligation* const challenges_;
  const ingestion::SetSimplifiedMode* const mode_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_RPC_OBLIGATIONS_SERVER_H_

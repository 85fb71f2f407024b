// SignOffService, over the use cases.
#ifndef ONERETURN_SERVICES_INGESTION_RPC_SIGN_OFF_SERVER_H_
#define ONERETURN_SERVICES_INGESTION_RPC_SIGN_OFF_SERVER_H_

#include "onereturn/returns/v1/sign_off_service.grpc.pb.h"
#include "services/ingestion/app/returns/drafts.h"
#include "services/ingestion/app/returns/sign_return.h"
#include "services/ingestion/rpc/returns_server.h"

namespace onereturn::ingestion {

using SignOffBase = returns::v1::SignOffService::WithRawCallbackMethod_SaveDraft<
    returns::v1::SignOffService::WithRawCallbackMethod_DropDraft<
        returns::v1::SignOffService::WithRawCallbackMethod_SignReturn<
            returns::v1::SignOffService::WithRawCallbackMethod_SendReturnBack<
                returns::v1::SignOffService::WithRawCallbackMethod_WithdrawSubmission<
                    returns::v1::SignOffService::WithRawCallbackMethod_ReopenReturn<
                        returns::v1::SignOffService::WithRawCallbackMethod_UndoRevision<
                            returns::v1::SignOffService::Service>>>>>>>;

// Thread safe.
class SignOffServer final : public SignOffBase {
 public:
  // All must outlive it.
  SignOffServer(IngestionParts parts, const Drafts* drafts,
                const ingestion::SignReturn* sign_return)
      : parts_(parts), drafts_(drafts), sign_return_(sign_return) {}

  grpc::ServerUnaryReactor* SaveDraft(grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* DropDraft(grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* SignReturn(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* SendReturnBack(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* WithdrawSubmission(grpc::CallbackServerContext* context,
                                               const grpc::ByteBuffer* request,
                                               grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ReopenReturn(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* UndoRevision(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;

  grpc::Status GetDraft(grpc::ServerContext* context, const returns::v1::GetDraftRequest* request,
                        returns::v1::GetDraftResponse* response) override;
  grpc::Status ListDrafts(grpc::ServerContext* context,
                          const returns::v1::ListDraftsRequest* request,
                          returns::v1::ListDraftsResponse* response) override;
  grpc::Status GetSubmission(grpc::ServerContext* context,
                             const returns::v1::GetSubmissionRequest* request,
                             returns::v1::GetSubmissionResponse* response) override;
  grpc::Status ListSubmissions(grpc::ServerContext* context,
                               const returns::v1::ListSubmissionsRequest* request,
                               returns::v1::ListSubmissionsResponse* response) override;
  grpc::Status ListUnsignedCells(grpc::ServerContext* context,
                                 const returns::v1::ListUnsignedCellsRequest* request,
                                 returns::v1::ListUnsignedCellsResponse* response) override;
  grpc::Status DiffRevisions(grpc::ServerContext* context,
                             const returns::v1::DiffRevisionsRequest* request,
                             returns::v1::DiffRevisionsResponse* response) override;
  grpc::Status DiffUnsigned(grpc::ServerContext* context,
                            const returns::v1::DiffUnsignedRequest* request,
                            returns::v1::DiffUnsignedResponse* response) override;

 private:
  const IngestionParts parts_;
  const Drafts* const drafts_;
  const ingestion::SignReturn* const sign_return_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_RPC_SIGN_OFF_SERVER_H_

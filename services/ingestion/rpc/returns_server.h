// ReturnsService, over the use cases.
#ifndef ONERETURN_SERVICES_INGESTION_RPC_RETURNS_SERVER_H_
#define ONERETURN_SERVICES_INGESTION_RPC_RETURNS_SERVER_H_

#include <atomic>
#include <functional>
#include <string>

#include "common/base/thread_pool.h"
#include "common/feed/read_position.h"
#include "common/rpc/admission.h"
#include "common/rpc/guard.h"
#include "common/rpc/limits.h"
#include "common/rpc/mutation_gate.h"
#include "common/rpc/page_token.h"
#include "onereturn/returns/v1/returns_service.grpc.pb.h"
#include "services/ingestion/app/files/file_progress.h"
#include "services/ingestion/app/files/shared_uploads.h"
#include "services/ingestion/app/files/submit_file.h"
#include "services/ingestion/app/returns/return_uses.h"
#include "services/ingestion/app/returns/submit_return.h"

namespace onereturn::ingestion {

// What the handlers share. All must outlive them.
struct IngestionParts {
  const Guard* guard = nullptr;
  MutationGate* gate = nullptr;
  const PageTokens* pages = nullptr;
  const Store* store = nullptr;
  Committer* committer = nullptr;
  CompiledCollections* collections = nullptr;
  SharedUploads* uploads = nullptr;
  const SubmitReturn* submit_return = nullptr;
  const SubmitFile* submit_file = nullptr;
  FileProgress* progress = nullptr;
  ReturnUses* uses = nullptr;
  Places* watches = nullptr;  // Of all watches but the feed's.
};

// Where a page is read: at the position of the first one.
absl::StatusOr<ReadPlace> PlaceOfPage(const IngestionParts& parts, const CallContext& call,
                                      const common::v1::ReadAt& read, const PagePlace& page);

using ReturnsBase = returns::v1::ReturnsService::WithRawCallbackMethod_SubmitReturn<
    returns::v1::ReturnsService::WithRawCallbackMethod_CreateUpload<
        returns::v1::ReturnsService::WithRawCallbackMethod_WriteUpload<
            returns::v1::ReturnsService::WithRawCallbackMethod_SubmitReturnFile<
                returns::v1::ReturnsService::Service>>>>;

// Thread safe.
class ReturnsServer final : public ReturnsBase {
 public:
  explicit ReturnsServer(IngestionParts parts);

  grpc::ServerUnaryReactor* SubmitReturn(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* CreateUpload(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* WriteUpload(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* SubmitReturnFile(grpc::CallbackServerContext* context,
                                             const grpc::ByteBuffer* request,
                                             grpc::ByteBuffer* response) override;

  grpc::Status WatchUpload(grpc::ServerContext* context,
                           const returns::v1::WatchUploadRequest* request,
                           grpc::ServerWriter<returns::v1::WatchUploadResponse>* writer) override;
  grpc::Status GetReturn(grpc::ServerContext* context, const returns::v1::GetReturnRequest* request,
                         returns::v1::GetReturnResponse* response) override;
  grpc::Status ListReturns(grpc::ServerContext* context,
                           const returns::v1::ListReturnsRequest* request,
                           returns::v1::ListReturnsResponse* response) override;
  grpc::Status ListRevisions(grpc::ServerContext* context,
                             const returns::v1::ListRevisionsRequest* request,
                             returns::v1::ListRevisionsResponse* response) override;
  grpc::Status ListCells(grpc::ServerContext* context, const returns::v1::ListCellsRequest* request,
                         returns::v1::ListCellsResponse* response) override;
  grpc::Status GetFile(grpc::ServerContext* context, const returns::v1::GetFileRequest* request,
                       grpc::ServerWriter<returns::v1::GetFileResponse>* writer) override;
  grpc::Status GetReceipt(grpc::ServerContext* context,
                          const returns::v1::GetReceiptRequest* request,
                          returns::v1::GetReceiptResponse* response) override;

  grpc::Status GetRulePack(grpc::ServerContext* context,
                           const returns::v1::GetRulePackRequest* request,
                           grpc::ServerWriter<returns::v1::GetRulePackResponse>* writer) override;

  // Lets imports that were begun run to their end.
  void Drain() { imports_.Shutdown(); }
  // Ends every watch; may be called more than once.
  void DrainWatches() { draining_ = true; }

 private:
  using RespondFile =
      std::function<void(absl::StatusOr<returns::v1::SubmitReturnFileResponse> response)>;

  // Answers from a thread of the imports; QUEUE_FULL at once.
  void TakeFile(FileSubmission submission, RespondFile respond);
  absl::Status FollowUpload(grpc::ServerContext* context, const Uploader& who,
                            const std::string& upload,
                            grpc::ServerWriter<returns::v1::WatchUploadResponse>* writer) const;

  const IngestionParts parts_;
  BoundedPool imports_;
  std::atomic<bool> draining_ = false;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_RPC_RETURNS_SERVER_H_

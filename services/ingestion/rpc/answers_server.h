// AnswersService, over the use cases.
#ifndef ONERETURN_SERVICES_INGESTION_RPC_ANSWERS_SERVER_H_
#define ONERETURN_SERVICES_INGESTION_RPC_ANSWERS_SERVER_H_

#include <atomic>

#include "onereturn/requests/v1/answers_service.grpc.pb.h"
#include "services/ingestion/app/requests/answers/read_answer.h"
#include "services/ingestion/app/requests/answers/record_action.h"
#include "services/ingestion/rpc/returns_server.h"

namespace onereturn::ingestion {

using AnswersBase = requests::v1::AnswersService::WithRawCallbackMethod_RecordAction<
    requests::v1::AnswersService::Service>;

// Each watch holds a thread while it is connected. Thread safe.
class AnswersServer final : public AnswersBase {
 public:
  AnswersServer(IngestionParts parts, AnswerParts answers, const ingestion::RecordAction* actions)
      : parts_(parts), answers_(answers), actions_(actions) {}

  grpc::Status StreamAnswer(
      grpc::ServerContext* context, const requests::v1::StreamAnswerRequest* request,
      grpc::ServerWriter<requests::v1::StreamAnswerResponse>* writer) override;
  grpc::Status WatchAnswer(grpc::ServerContext* context,
                           const requests::v1::WatchAnswerRequest* request,
                           grpc::ServerWriter<requests::v1::WatchAnswerResponse>* writer) override;
  grpc::ServerUnaryReactor* RecordAction(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::Status ListActions(grpc::ServerContext* context,
                           const requests::v1::ListActionsRequest* request,
                           requests::v1::ListActionsResponse* response) override;

  // Ends every watch, with DRAINING.
  void Drain() { draining_ = true; }

 private:
  absl::Status Follow(grpc::ServerContext* context, const CallContext& call,
                      const requests::v1::WatchAnswerRequest& request,
                      grpc::ServerWriter<requests::v1::WatchAnswerResponse>* writer) const;

  const IngestionParts parts_;
  const AnswerParts answers_;
  const ingestion::RecordAction* const actions_;
  std::atomic<bool> draining_{false};
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_RPC_ANSWERS_SERVER_H_

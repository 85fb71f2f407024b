// RequestsService, over the use cases.
#ifndef ONERETURN_SERVICES_INGESTION_RPC_REQUESTS_SERVER_H_
#define ONERETURN_SERVICES_INGESTION_RPC_REQUESTS_SERVER_H_

#include "onereturn/requests/v1/requests_service.grpc.pb.h"
#include "services/ingestion/app/catalogue/define.h"
#include "services/ingestion/app/requests/issue/request_issuing.h"
#include "services/ingestion/app/requests/register/data_requests.h"
#include "services/ingestion/rpc/match_reads.h"
#include "services/ingestion/rpc/returns_server.h"

namespace onereturn::ingestion {

using RequestsBase = requests::v1::RequestsService::WithRawCallbackMethod_DraftRequest<
    requests::v1::RequestsService::WithRawCallbackMethod_MatchRequest<
        requests::v1::RequestsService::WithRawCallbackMethod_ReplyToRequest<
            requests::v1::RequestsService::WithRawCallbackMethod_CloseConsultation<
                requests::v1::RequestsService::WithRawCallbackMethod_DecideRequest<
                    requests::v1::RequestsService::WithRawCallbackMethod_IssueRequest<
                        requests::v1::RequestsService::WithRawCallbackMethod_EndRequest<
                            requests::v1::RequestsService::WithRawCallbackMethod_DecideLikeness<
                                requests::v1::RequestsService::
                                    WithRawCallbackMethod_UpdateRequestRules<
                                        requests::v1::RequestsService::Service>>>>>>>>>;

// Thread safe.
class RequestsServer final : public RequestsBase {
 public:
  RequestsServer(IngestionParts parts, const Define* define, const DataRequests* requests,
                 const RequestIssuing* issue)
      : parts_(parts), define_(define), requests_(requests), issue_(issue) {}

  grpc::ServerUnaryReactor* DraftRequest(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* MatchRequest(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ReplyToRequest(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* CloseConsultation(grpc::CallbackServerContext* context,
                                              const grpc::ByteBuffer* request,
                                              grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* DecideRequest(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* IssueRequest(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* EndRequest(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* DecideLikeness(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* UpdateRequestRules(grpc::CallbackServerContext* context,
                                               const grpc::ByteBuffer* request,
                                               grpc::ByteBuffer* response) override;

  grpc::Status PreviewMatch(grpc::ServerContext* context,
                            const requests::v1::PreviewMatchRequest* request,
                            requests::v1::PreviewMatchResponse* response) override;
  grpc::Status GetRequest(grpc::ServerContext* context,
                          const requests::v1::GetRequestRequest* request,
                          requests::v1::GetRequestResponse* response) override;
  grpc::Status ListRequests(grpc::ServerContext* context,
                            const requests::v1::ListRequestsRequest* request,
                            requests::v1::ListRequestsResponse* response) override;
  grpc::Status ListLikenesses(grpc::ServerContext* context,
                              const requests::v1::ListLikenessesRequest* request,
                              requests::v1::ListLikenessesResponse* response) override;
  grpc::Status GetRequestRules(grpc::ServerContext* context,
                               const requests::v1::GetRequestRulesRequest* request,
                               requests::v1::GetRequestRulesResponse* response) override;

 private:
  const IngestionParts parts_;
  const Define* const define_;
  const DataRequests* const requests_;
  const RequestIssuing* const issue_;
  MatchReads match_reads_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_RPC_REQUESTS_SERVER_H_

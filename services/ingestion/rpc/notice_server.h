// NoticeService, over the use cases.
#ifndef ONERETURN_SERVICES_INGESTION_RPC_NOTICE_SERVER_H_
#define ONERETURN_SERVICES_INGESTION_RPC_NOTICE_SERVER_H_

#include <atomic>

#include "onereturn/returns/v1/notice_service.grpc.pb.h"
#include "services/ingestion/app/returns/notices.h"
#include "services/ingestion/rpc/returns_server.h"

namespace onereturn::ingestion {

// Each watch holds a thread while it is connected. Thread safe.
class NoticeServer final : public returns::v1::NoticeService::Service {
 public:
  explicit NoticeServer(IngestionParts parts) : parts_(parts) {}

  grpc::Status ListNotices(grpc::ServerContext* context,
                           const returns::v1::ListNoticesRequest* request,
                           returns::v1::ListNoticesResponse* response) override;
  grpc::Status WatchNotices(grpc::ServerContext* context,
                            const returns::v1::WatchNoticesRequest* request,
                            grpc::ServerWriter<returns::v1::WatchNoticesResponse>* writer) override;
  grpc::Status ListUses(grpc::ServerContext* context, const returns::v1::ListUsesRequest* request,
                        returns::v1::ListUsesResponse* response) override;

  // Ends every watch, with DRAINING.
  void Drain() { draining_ = true; }

 private:
  using Writer = grpc::ServerWriter<returns::v1::WatchNoticesResponse>;

  absl::Status Follow(grpc::ServerContext* context, const CallContext& call,
                      const returns::v1::WatchNoticesRequest& request, Writer* writer) const;
  // Gives one message; false when the reader has gone.
  bool Give(grpc::ServerContext* context, const CallContext& call, const Notices& notices,
            std::vector<returns::v1::Notice> rows, uint64_t sequence, Writer* writer) const;

  const IngestionParts parts_;
  std::atomic<bool> draining_{false};
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_RPC_NOTICE_SERVER_H_

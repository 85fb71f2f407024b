// AccessLogService, as every service serves it of its own calls.
#ifndef ONERETURN_COMMON_RPC_ACCESS_SERVER_H_
#define ONERETURN_COMMON_RPC_ACCESS_SERVER_H_

#include "common/access_log/access_log.h"
#include "common/rpc/guard.h"
#include "common/rpc/page_token.h"
#include "onereturn/access/v1/access_service.grpc.pb.h"

namespace onereturn {

// Thread safe.
class AccessServer final : public access::v1::AccessLogService::Service {
 public:
  // Both must outlive it.
  AccessServer(const Guard* guard, AccessLog* log)
      : guard_(guard), log_(log), pages_(PageTokens::Random()) {}

  grpc::Status ListAccess(grpc::ServerContext* context,
                          const access::v1::ListAccessRequest* request,
                          access::v1::ListAccessResponse* response) override;

 private:
  absl::Status List(const CallContext& call, const access::v1::ListAccessRequest& request,
                    access::v1::ListAccessResponse* response) const;

  const Guard* const guard_;
  AccessLog* const log_;
  const PageTokens pages_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_RPC_ACCESS_SERVER_H_

// OperationsService of a service that derives nothing from feeds.
#ifndef ONERETURN_SERVICES_ASSESSMENT_RPC_OPERATIONS_SERVER_H_
#define ONERETURN_SERVICES_ASSESSMENT_RPC_OPERATIONS_SERVER_H_

#include "common/commit/committer.h"
#include "common/rpc/guard.h"
#include "onereturn/operations/v1/operations.grpc.pb.h"

namespace onereturn::assessment {

// Thread safe.
class OperationsServer final : public operations::v1::OperationsService::Service {
 public:
  OperationsServer(const Guard* guard, const Committer* committer)
      : guard_(guard), committer_(committer) {}

  grpc::Status GetStatus(grpc::ServerContext* context,
                         const operations::v1::GetStatusRequest* request,
                         operations::v1::GetStatusResponse* response) override;
  grpc::Status HashDerived(grpc::ServerContext* context,
                           const operations::v1::HashDerivedRequest* request,
                           operations::v1::HashDerivedResponse* response) override;
  // There is nothing to drop, so it is done at once.
  grpc::Status RebuildDerived(grpc::ServerContext* context,
                              const operations::v1::RebuildDerivedRequest* request,
                              operations::v1::RebuildDerivedResponse* response) override;

 private:
  const Guard* const guard_;
  const Committer* const committer_;
};

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_RPC_OPERATIONS_SERVER_H_

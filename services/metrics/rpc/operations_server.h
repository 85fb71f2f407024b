// OperationsService of metrics.
#ifndef ONERETURN_SERVICES_METRICS_RPC_OPERATIONS_SERVER_H_
#define ONERETURN_SERVICES_METRICS_RPC_OPERATIONS_SERVER_H_

#include <utility>

#include "common/commit/committer.h"
#include "common/feed/feed_consumer.h"
#include "common/feed/ledger_operations.h"
#include "common/rpc/guard.h"
#include "common/storage/store.h"
#include "onereturn/operations/v1/operations.grpc.pb.h"
#include "services/metrics/consumers/projection_runner.h"
#include "services/metrics/store/stored_tables.h"

namespace onereturn::metrics {

// Thread safe. All that is given to it must outlive it; `consumer` may be null where no source is
// configured.
class OperationsServer final : public operations::v1::OperationsService::Service {
 public:
  OperationsServer(const Guard* guard, const Store* store, Committer* committer,
                   const StoredTables* tables, ProjectionRunner* runner, FeedConsumer* consumer,
                   LedgerSeams seams)
      : guard_(guard),
        store_(store),
        ledger_(store, committer, std::move(seams)),
        tables_(tables),
        runner_(runner),
        consumer_(consumer) {}

  grpc::Status GetStatus(grpc::ServerContext* context,
                         const operations::v1::GetStatusRequest* request,
                         operations::v1::GetStatusResponse* response) override;
  grpc::Status HashDerived(grpc::ServerContext* context,
                           const operations::v1::HashDerivedRequest* request,
                           operations::v1::HashDerivedResponse* response) override;
  grpc::Status RebuildDerived(grpc::ServerContext* context,
                              const operations::v1::RebuildDerivedRequest* request,
                              operations::v1::RebuildDerivedResponse* response) override;
  grpc::Status RotateSigningKey(grpc::ServerContext* context,
                                const operations::v1::RotateSigningKeyRequest* request,
                                operations::v1::RotateSigningKeyResponse* response) override;

 private:
  void AddCursor(absl::string_view service, Feed feed, const std::string& fault,
                 const std::string& paused, operations::v1::GetStatusResponse* response) const;

  const Guard* const guard_;
  const Store* const store_;
  const LedgerOperations ledger_;
  const StoredTables* const tables_;
  ProjectionRunner* const runner_;
  FeedConsumer* const consumer_;
};

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_RPC_OPERATIONS_SERVER_H_

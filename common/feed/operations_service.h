// OperationsService of a service that derives nothing from feeds.
#ifndef ONERETURN_COMMON_FEED_OPERATIONS_SERVICE_H_
#define ONERETURN_COMMON_FEED_OPERATIONS_SERVICE_H_

#include <string>
#include <utility>

#include "common/commit/committer.h"
#include "common/feed/feed_consumer.h"
#include "common/feed/ledger_operations.h"
#include "common/rpc/guard.h"
#include "common/storage/store.h"
#include "onereturn/operations/v1/operations.grpc.pb.h"

namespace onereturn {

// Thread safe.
class PlainOperationsServer final : public operations::v1::OperationsService::Service {
 public:
  PlainOperationsServer(const Guard* guard, Committer* committer, const Store* store,
                        LedgerSeams seams)
      : guard_(guard),
        committer_(committer),
        store_(store),
        ledger_(store, committer, std::move(seams)) {}

  // GetStatus tells how far `taker` has come with what `consumer` follows. Before the server
  // starts; both must outlive it.
  void ShowFollowed(std::string source, const FeedConsumer* consumer, FeedTaker* taker) {
    source_ = std::move(source);
    consumer_ = consumer;
    taker_ = taker;
  }

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
  absl::Status AddCursor(operations::v1::GetStatusResponse* response) const;

  const Guard* const guard_;
  const Committer* const committer_;
  const Store* const store_;
  const LedgerOperations ledger_;
  std::string source_;
  const FeedConsumer* consumer_ = nullptr;  // Null: nothing is followed.
  FeedTaker* taker_ = nullptr;
};

// How the store stands with its disk, for any service's GetStatus.
void AddStorageStatus(const Store& store, operations::v1::GetStatusResponse* response);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_FEED_OPERATIONS_SERVICE_H_

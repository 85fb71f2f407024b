// The feed and the ledger as every service serves them.
#ifndef ONERETURN_COMMON_FEED_FEED_SERVICE_H_
#define ONERETURN_COMMON_FEED_FEED_SERVICE_H_

#include <atomic>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "common/commit/committer.h"
#include "common/rpc/guard.h"
#include "common/storage/store.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/feed/v1/feed.grpc.pb.h"
#include "onereturn/ledger/v1/ledger.grpc.pb.h"

namespace onereturn {

// The bytes of a cell chunk by its digest; NOT_FOUND when it is not held. Services without chunks
// give none.
using ChunkReader = std::function<absl::StatusOr<std::string>(const Digest& digest)>;

// Streams entries to other services and the auditor. Each watcher holds a thread while it is
// connected, so their number is bounded. Thread safe.
class FeedServer final : public feed::v1::FeedService::Service {
 public:
  FeedServer(const Guard* guard, const Store* store, const Committer* committer, ChunkReader chunks)
      : guard_(guard), store_(store), committer_(committer), chunks_(std::move(chunks)) {}

  grpc::Status Watch(grpc::ServerContext* context, const feed::v1::WatchRequest* request,
                     grpc::ServerWriter<feed::v1::WatchResponse>* writer) override;
  grpc::Status GetChunks(grpc::ServerContext* context, const feed::v1::GetChunksRequest* request,
                         grpc::ServerWriter<feed::v1::GetChunksResponse>* writer) override;

  // Ends every watch with DRAINING.
  void Drain();

 private:
  absl::Status Follow(grpc::ServerContext* context, const feed::v1::WatchRequest& request,
                      grpc::ServerWriter<feed::v1::WatchResponse>* writer) const;
  absl::Status CheckStart(const feed::v1::WatchRequest& request) const;
  // The page after `after`, empty when there is nothing new.
  absl::StatusOr<feed::v1::WatchResponse> Page(uint64_t after) const;
  // Adds the entry's chunks where they are few; how many bytes of cells its consumer will hold.
  absl::StatusOr<size_t> AddChunks(const feed::v1::Entry& parsed, feed::v1::FeedEntry* entry) const;

  const Guard* const guard_;
  const Store* const store_;
  const Committer* const committer_;
  const ChunkReader chunks_;
  Places places_{limits::kFeedWatchers, limits::kServiceFeedWatchers, limits::kWatchersACaller};
  std::atomic<bool> draining_{false};
};

// Thread safe.
class LedgerServer final : public ledger::v1::LedgerService::Service {
 public:
  LedgerServer(const Guard* guard, const Committer* committer)
      : guard_(guard), committer_(committer) {}

  grpc::Status GetHead(grpc::ServerContext* context, const ledger::v1::GetHeadRequest* request,
                       ledger::v1::GetHeadResponse* response) override;

 private:
  const Guard* const guard_;
  const Committer* const committer_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_FEED_FEED_SERVICE_H_

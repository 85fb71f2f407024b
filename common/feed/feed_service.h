// The feed as every service serves it.
#ifndef ONERETURN_COMMON_FEED_FEED_SERVICE_H_
#define ONERETURN_COMMON_FEED_FEED_SERVICE_H_

#include <atomic>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "common/commit/committer.h"
#include "common/commit/ledger_standing.h"
#include "common/rpc/guard.h"
#include "common/storage/store.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/feed/v1/feed.grpc.pb.h"

namespace onereturn {

// The bytes of a cell chunk by its digest; NOT_FOUND when it is not held. Services without chunks
// give none.
using ChunkReader = std::function<absl::StatusOr<std::string>(const Digest& digest)>;

// Streams entries to other services and the auditor. Each watcher holds a thread while it is
// connected, so their number is bounded. Thread safe.
class FeedServer final : public feed::v1::FeedService::Service {
 public:
  // `standing` judges the heads that consumers show; where it is null, in tests, they are compared
  // alone.
  FeedServer(const Guard* guard, const Store* store, const Committer* committer, ChunkReader chunks,
             LedgerStanding* standing = nullptr)
      : guard_(guard),
        store_(store),
        committer_(committer),
        chunks_(std::move(chunks)),
        standing_(standing) {}

  grpc::Status Watch(grpc::ServerContext* context, const feed::v1::WatchRequest* request,
                     grpc::ServerWriter<feed::v1::WatchResponse>* writer) override;
  grpc::Status GetChunks(grpc::ServerContext* context, const feed::v1::GetChunksRequest* request,
                         grpc::ServerWriter<feed::v1::GetChunksResponse>* writer) override;

  // Ends every watch, with DRAINING, or with what the ledger's standing says.
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
  LedgerStanding* const standing_;
  Places places_{limits::kFeedWatchers, limits::kServiceFeedWatchers, limits::kWatchersACaller};
  std::atomic<bool> draining_{false};
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_FEED_FEED_SERVICE_H_

// Following another service's feed: one thread that checks every page against the signed head and
// hands it on. What it hands on is taken exactly once, because the taker stores the cursor in the
// batch of what it derives.
#ifndef ONERETURN_COMMON_FEED_FEED_CONSUMER_H_
#define ONERETURN_COMMON_FEED_FEED_CONSUMER_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "common/feed/witnessed_heads.h"
#include "common/ledger/key_change.h"
#include "common/ledger/merkle.h"
#include "common/ledger/signing.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/feed/v1/feed.grpc.pb.h"

namespace onereturn {

// How far a feed was taken: what a consumer keeps in its store, in the batch of what it derived.
struct FeedProgress {
  uint64_t epoch = 0;  // 0: nothing was taken yet.
  uint64_t sequence = 0;
  Timestamp through_time;  // The source's promise: no later entry is earlier.
  Frontier frontier;       // Of the entries taken.
};

// An entry with its cells.
struct FeedFact {
  feed::v1::Entry entry;
  std::vector<std::string>
      chunks;  // As entry.fact's chunk_digests; each checked against its digest.
};

// Some facts in order, all of one source. Empty when only `progress.through_time` moved.
struct FeedPage {
  std::vector<FeedFact> facts;
  FeedProgress progress;   // After the page.
  bool caught_up = false;  // The source had nothing more when it sent the page.
};

// What takes a feed's facts. Called on the consumer's thread.
class FeedTaker {
 public:
  virtual ~FeedTaker() = default;
  // Where to go on; read at every (re)connection.
  virtual absl::StatusOr<FeedProgress> Progress() = 0;
  // Takes a page whole and durably, or not at all. An error stops the consumer, but for
  // RESOURCE_EXHAUSTED: then the page is asked for again.
  virtual absl::Status Take(const FeedPage& page) = 0;
  // The source was restored: everything derived from it is dropped, Progress() is empty afterwards.
  // An error stops the consumer, but for RESOURCE_EXHAUSTED: then it is called again.
  virtual absl::Status StartAgain() = 0;
};

// Thread safe.
class FeedConsumer {
 public:
  // `source` is the service's name; `taker` must outlive the consumer. Starts its thread. What
  // `witnesses` hold of the source is shown to it, its keys are those they believe, and a source
  // that they no longer believe is not followed; null in tests: then the key is the one that the
  // source gives at first.
  FeedConsumer(std::string source, std::shared_ptr<grpc::Channel> channel, FeedTaker* taker,
               WitnessedHeads* witnesses = nullptr);
  // As Stop.
  ~FeedConsumer();

  void Stop();

  // Empty while all is well; otherwise why the consumer has stopped until Reconnect() (a gap, a
  // wrong root, an entry of a newer version, a store that failed). A source that says itself that
  // it has lost facts is asked again, every second.
  std::string fault() const;
  // Why a page was not taken and is asked for again, or why what was derived from a source that was
  // restored could not be dropped and will be, until that is done; empty while all is well.
  std::string paused() const;

  // Breaks the connection; the consumer asks Progress() anew.
  void Reconnect();
  // Runs `drop`, which drops what was derived, while no page is being taken, then as Reconnect(): a
  // page that was on its way is not taken on top of nothing. Answers what `drop` answers.
  absl::Status DropAndReconnect(const std::function<absl::Status()>& drop);

 private:
  class Call;
  // How following came to an end, and whether trying again cannot help.
  struct Ending {
    absl::Status status;
    bool final = false;
  };

  void Run();
  void SetFault(const std::string& fault);
  // Follows one connection to its end.
  Ending FollowOnce(uint64_t connection);
  Ending Connect(uint64_t connection, FeedProgress progress);
  // Nothing happens when the connection was broken meanwhile.
  Ending TakePage(uint64_t connection, const FeedPage& page);
  Ending StartAgain();
  // Of what the taker answered, which it notes for paused().
  Ending EndingOf(absl::Status taken);
  absl::StatusOr<FeedPage> CheckPage(const feed::v1::WatchResponse& response,
                                     FeedProgress progress);
  absl::Status CheckHead(const feed::v1::WatchResponse& response, const FeedProgress& progress);
  absl::Status CheckSigner(const SignedHead& head);
  // The cells of a return: those of the page, or asked for.
  absl::Status TakeChunks(const feed::v1::FeedEntry& wire, FeedFact* fact);
  absl::Status FetchChunks(const feed::v1::ReturnAccepted& accepted, FeedFact* fact);
  absl::Status FetchKey();
  // Follows the changes of the source's keys from those that are known.
  absl::Status FetchKeyChanges();

  const std::string source_;
  std::unique_ptr<feed::v1::FeedService::Stub> stub_;
  std::shared_ptr<grpc::Channel> channel_;
  FeedTaker* const taker_;

  WitnessedHeads* const witnesses_;

  // Only the consumer's thread touches these. The source's keys, from the one fetched over mutual
  // TLS at the first connection, or believed by the witnesses.
  std::optional<KeyHistory> keys_;
  // The newest that was checked; shown to the source at the next connection.
  std::optional<SignedHead> checked_head_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;                    // Guarded by mutex_.
  std::string fault_;                        // Guarded by mutex_.
  std::string paused_;                       // Guarded by mutex_.
  uint64_t connection_ = 0;                  // Guarded by mutex_; another one after Reconnect().
  std::vector<grpc::ClientContext*> calls_;  // Guarded by mutex_; calls in flight.
  std::mutex take_mutex_;                    // Held while a page is taken; locked before mutex_.
  std::thread thread_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_FEED_FEED_CONSUMER_H_

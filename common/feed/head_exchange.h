// One service asking another for its newest head, once: the one shows what it holds of the other
// and leaves its own; the other answers with the same. So each learns at the first contact whether
// it is behind what it signed, and whether the other is.
#ifndef ONERETURN_COMMON_FEED_HEAD_EXCHANGE_H_
#define ONERETURN_COMMON_FEED_HEAD_EXCHANGE_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/commit/committer.h"
#include "common/commit/ledger_standing.h"
#include "common/feed/witnessed_heads.h"
#include "common/storage/store.h"
#include "onereturn/ledger/v1/ledger.grpc.pb.h"

namespace onereturn {

// Thread-compatible: one thread asks, about once a second.
class HeadExchange {
 public:
  struct Peer {
    std::string service;
    std::string spiffe_id;  // Which the channel makes sure of.
    std::shared_ptr<grpc::Channel> channel;
  };

  // All pointers must outlive it.
  HeadExchange(Peer peer, const Store* store, const Committer* committer, LedgerStanding* standing,
               WitnessedHeads* witnesses);

  // OK, or the other's error, or LEDGER_BEHIND: this service is behind what the other holds of it
  // (the standing is lost then), or PEER_LEDGER as WitnessedHeads::Take().
  absl::Status Exchange();
  // Breaks the call in flight and every later one. From any thread.
  void Cancel();

  const std::string& service() const { return peer_.service; }

 private:
  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (ledger::v1::LedgerService::Stub::*method)(
                                    grpc::ClientContext*, const Request&, Response*),
                                const Request& request);
  absl::StatusOr<ledger::v1::GetHeadRequest> OwnWord() const;
  absl::Status TakeHead(const ledger::v1::GetHeadResponse& response);
  absl::Status FetchKeyChanges(ShownHead* shown);
  absl::Status FetchProof(const SignedHead& held, ShownHead* shown);

  const Peer peer_;
  const Store* const store_;
  const Committer* const committer_;
  LedgerStanding* const standing_;
  WitnessedHeads* const witnesses_;
  const std::unique_ptr<ledger::v1::LedgerService::Stub> stub_;
  uint64_t held_size_ = 0;  // Of our head that the other holds, as it said last.
  std::mutex mutex_;
  grpc::ClientContext* call_ = nullptr;  // Guarded by mutex_; the call in flight.
  bool cancelled_ = false;               // Guarded by mutex_.
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_FEED_HEAD_EXCHANGE_H_

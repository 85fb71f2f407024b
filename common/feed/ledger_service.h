// The ledger as every service serves it.
#ifndef ONERETURN_COMMON_FEED_LEDGER_SERVICE_H_
#define ONERETURN_COMMON_FEED_LEDGER_SERVICE_H_

#include "absl/status/status.h"
#include "common/commit/committer.h"
#include "common/feed/ledger_seams.h"
#include "common/rpc/guard.h"
#include "common/storage/store.h"
#include "onereturn/ledger/v1/ledger.grpc.pb.h"

namespace onereturn {

// Thread safe. What it is given must outlive it.
class LedgerServer final : public ledger::v1::LedgerService::Service {
 public:
  LedgerServer(const Guard* guard, const Store* store, const Committer* committer,
               const LedgerSeams& seams)
      : guard_(guard),
        store_(store),
        committer_(committer),
        standing_(seams.standing),
        witnesses_(seams.witnesses) {}

  grpc::Status GetHead(grpc::ServerContext* context, const ledger::v1::GetHeadRequest* request,
                       ledger::v1::GetHeadResponse* response) override;
  grpc::Status GetInclusionProof(grpc::ServerContext* context,
                                 const ledger::v1::GetInclusionProofRequest* request,
                                 ledger::v1::GetInclusionProofResponse* response) override;
  grpc::Status GetConsistencyProof(grpc::ServerContext* context,
                                   const ledger::v1::GetConsistencyProofRequest* request,
                                   ledger::v1::GetConsistencyProofResponse* response) override;
  grpc::Status ListWitnessedHeads(grpc::ServerContext* context,
                                  const ledger::v1::ListWitnessedHeadsRequest* request,
                                  ledger::v1::ListWitnessedHeadsResponse* response) override;
  grpc::Status ListSigningKeys(grpc::ServerContext* context,
                               const ledger::v1::ListSigningKeysRequest* request,
                               ledger::v1::ListSigningKeysResponse* response) override;

 private:
  // Keeps what a service leaves of its own, and shows it what is held.
  void TakeOwnHead(const CallContext& call, const ledger::v1::GetHeadRequest& request,
                   ledger::v1::GetHeadResponse* response) const;
  // `asked`, or the newest head's where it is 0. POSITION_AHEAD.
  absl::StatusOr<uint64_t> SizeAsked(uint64_t asked) const;

  const Guard* const guard_;
  const Store* const store_;
  const Committer* const committer_;
  LedgerStanding* const standing_;
  WitnessedHeads* const witnesses_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_FEED_LEDGER_SERVICE_H_

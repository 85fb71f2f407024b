// What an operator sees of, and does to, a service's ledger: the parts of every OperationsService.
#ifndef ONERETURN_COMMON_FEED_LEDGER_OPERATIONS_H_
#define ONERETURN_COMMON_FEED_LEDGER_OPERATIONS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/commit/committer.h"
#include "common/feed/ledger_seams.h"
#include "common/rpc/guard.h"
#include "onereturn/operations/v1/operations.pb.h"

namespace onereturn {

// Thread safe. What it is given must outlive it.
class LedgerOperations {
 public:
  LedgerOperations(Committer* committer, LedgerSeams seams)
      : committer_(committer), seams_(std::move(seams)) {}

  // Epoch, sequence, memory, witnessed ledgers, the check of the own one, the key.
  void AddStatus(operations::v1::GetStatusResponse* response) const;

  // Waits for the committer. REQUEST_ID, KEY_NOT_GIVEN, and as Proposal::done.
  absl::Status RotateSigningKey(const CallContext& call,
                                const operations::v1::RotateSigningKeyRequest& request,
                                operations::v1::RotateSigningKeyResponse* response) const;

 private:
  Committer* const committer_;
  const LedgerSeams seams_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_FEED_LEDGER_OPERATIONS_H_

// What an operator sees of, and does to, a service's ledger: the parts of every OperationsService.
#ifndef ONERETURN_COMMON_FEED_LEDGER_OPERATIONS_H_
#define ONERETURN_COMMON_FEED_LEDGER_OPERATIONS_H_

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/commit/committer.h"
#include "common/feed/ledger_seams.h"
#include "common/rpc/guard.h"
#include "common/storage/store.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/operations/v1/operations.pb.h"

namespace onereturn {

// Thread safe. What it is given must outlive it.
class LedgerOperations {
 public:
  LedgerOperations(const Store* store, Committer* committer, LedgerSeams seams)
      : store_(store), committer_(committer), seams_(std::move(seams)) {}

  // Epoch, sequence, memory, witnessed ledgers, the check of the own one, the key.
  void AddStatus(operations::v1::GetStatusResponse* response) const;

  // Waits for the committer. A request that was accepted before gets its first answer, whatever the
  // configuration says by now. REQUEST_ID, KEY_NOT_GIVEN, and as Proposal::done.
  absl::Status RotateSigningKey(const CallContext& call,
                                const operations::v1::RotateSigningKeyRequest& request,
                                operations::v1::RotateSigningKeyResponse* response) const;

 private:
  // The entry of that request, where it was accepted before. REQUEST_ID_REUSED.
  absl::StatusOr<std::optional<Accepted>> Earlier(const feed::v1::Entry& entry) const;

  const Store* const store_;
  Committer* const committer_;
  const LedgerSeams seams_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_FEED_LEDGER_OPERATIONS_H_

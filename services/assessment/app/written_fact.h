// What was written, as the answers of this service need it.
#ifndef ONERETURN_SERVICES_ASSESSMENT_APP_WRITTEN_FACT_H_
#define ONERETURN_SERVICES_ASSESSMENT_APP_WRITTEN_FACT_H_

#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "common/commit/fact_writer.h"
#include "common/feed/wire.h"
#include "common/rpc/mutation_gate.h"
#include "common/status/status_macros.h"
#include "onereturn/ledger/v1/ledger.pb.h"
#include "services/assessment/store/facts.h"

namespace onereturn::assessment {

struct WrittenFact {
  feed::v1::Entry entry;
  ledger::v1::Receipt receipt;
  bool replayed = false;
  bool unchanged = false;
};

// nullopt stays nullopt. DATA_LOSS for an entry that cannot be read.
inline absl::StatusOr<std::optional<WrittenFact>> Written(
    const absl::StatusOr<std::optional<AcceptedFact>>& accepted) {
  RETURN_IF_ERROR(accepted.status());
  if (!accepted->has_value()) return std::optional<WrittenFact>();
  WrittenFact written;
  ASSIGN_OR_RETURN(written.entry, ParseEntry((*accepted)->accepted.receipt.entry));
  written.receipt = ToWire((*accepted)->accepted);
  written.replayed = (*accepted)->accepted.replayed;
  written.unchanged = (*accepted)->unchanged;
  return std::optional<WrittenFact>(std::move(written));
}

template <typename Request, typename Response>
FactRequest FactRequestOf(const Mutation<Request, Response>& mutation, feed::v1::EntryKind kind) {
  return {kind,
          mutation.call.caller.spiffe_id,
          mutation.call.caller.scope.organisation(),
          mutation.request.request_id(),
          mutation.digest,
          false};
}

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_APP_WRITTEN_FACT_H_

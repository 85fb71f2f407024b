// Matches that reads make: of a preview, and of a request that is read with its appraisal.
#ifndef ONERETURN_SERVICES_INGESTION_RPC_MATCH_READS_H_
#define ONERETURN_SERVICES_INGESTION_RPC_MATCH_READS_H_

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "common/rpc/admission.h"
#include "common/rpc/guard.h"
#include "common/status/status_macros.h"

namespace onereturn::ingestion {

// Reads that match at once, and of one caller. Any reader may ask for a match of two million
// figures, for which tens of megabytes are held and a processor is busy: without a bound a crowd of
// them would keep submissions waiting, and memory would have none. Steps that match are not
// counted: they have the threads of writes.
inline constexpr int kMatchReads = 2;
inline constexpr int kMatchReadsACaller = 1;

// Thread safe.
class MatchReads {
 public:
  // What `read` answers; CALL_QUOTA at once, with the time to wait, where others fill the places.
  absl::Status Run(const CallContext& call, absl::FunctionRef<absl::Status()> read) {
    ASSIGN_OR_RETURN(const onereturn::Admission::Ticket place,
                     places_.Take(call.caller.spiffe_id, /*is_service=*/false));
    return read();
  }

 private:
  Places places_{kMatchReads, 0, kMatchReadsACaller, absl::Seconds(1)};
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_RPC_MATCH_READS_H_

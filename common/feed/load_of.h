// What callers send, as operators are told.
#ifndef ONERETURN_COMMON_FEED_LOAD_OF_H_
#define ONERETURN_COMMON_FEED_LOAD_OF_H_

#include "common/rpc/guard.h"
#include "onereturn/operations/v1/operations.pb.h"

namespace onereturn {

inline operations::v1::Load LoadOf(const Guard& guard) {
  const AdmissionCounts counts = guard.counts();
  operations::v1::Load load;
  load.set_calls(counts.calls);
  load.set_bytes(counts.bytes);
  load.set_admitted(counts.admitted);
  load.set_refused(counts.refused);
  for (const auto& [caller, refused] : counts.refused_by_caller) {
    operations::v1::RefusedCaller* added = load.add_refused_callers();
    added->set_caller(caller);
    added->set_refused(refused);
  }
  return load;
}

}  // namespace onereturn

#endif  // ONERETURN_COMMON_FEED_LOAD_OF_H_

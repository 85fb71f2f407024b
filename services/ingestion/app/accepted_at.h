// The receipt of an entry that the store already shows.
#ifndef ONERETURN_SERVICES_INGESTION_APP_ACCEPTED_AT_H_
#define ONERETURN_SERVICES_INGESTION_APP_ACCEPTED_AT_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "common/commit/committer.h"

namespace onereturn::ingestion {

// As Committer::ReceiptOf, for a sequence that was read from the store. A group is in the store a
// moment before its head is signed: that moment is waited for, so that a repeat which comes in it
// is not told that there is no such entry.
inline absl::StatusOr<Accepted> AcceptedAt(const Committer& committer, uint64_t sequence) {
  constexpr int64_t kMostMicros = 5'000'000;
  if (sequence > 0) committer.WaitForHeadBeyond(sequence - 1, kMostMicros);
  return committer.ReceiptOf(sequence);
}

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_ACCEPTED_AT_H_

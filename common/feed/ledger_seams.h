// What a service's servers share of its ledger's life. Everything may be null: in tests of what
// does not need it.
#ifndef ONERETURN_COMMON_FEED_LEDGER_SEAMS_H_
#define ONERETURN_COMMON_FEED_LEDGER_SEAMS_H_

#include <optional>

#include "common/commit/ledger_recheck.h"
#include "common/commit/ledger_standing.h"
#include "common/feed/witnessed_heads.h"
#include "common/ledger/signing.h"

namespace onereturn {

struct LedgerSeams {
  // Judges the heads that others show; null: they are compared, with no consequence.
  LedgerStanding* standing = nullptr;
  WitnessedHeads* witnesses = nullptr;
  const LedgerRecheck* recheck = nullptr;
  // The key of `next_signing_key_file` where it does not sign yet: to which RotateSigningKey turns.
  std::optional<SigningKey> next_key;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_FEED_LEDGER_SEAMS_H_

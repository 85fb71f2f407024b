// The audit of one service's ledger: its signed head, its feed, and everything remembered of it.
#ifndef ONERETURN_TOOLS_AUDITOR_LEDGER_AUDIT_H_
#define ONERETURN_TOOLS_AUDITOR_LEDGER_AUDIT_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "onereturn/ledger/v1/ledger.pb.h"
#include "tools/auditor/feed_reading.h"
#include "tools/auditor/ledger_source.h"
#include "tools/auditor/lie.h"
#include "tools/auditor/memory.h"

namespace onereturn::auditor {

// A head of the audited service that another holds.
struct WitnessedHead {
  std::string witness;
  ledger::v1::SignedHead head;
};

struct LedgerAuditOptions {
  // Read the whole feed, not only what is new.
  bool full = false;
  // The key to pin where none is pinned yet; none: the one the service shows.
  std::optional<PublicKey> first_key = {};
  // Collected before the audited service's own head was asked for.
  std::vector<WitnessedHead> witnessed = {};
  // For the reading of the feed.
  ReadingOptions reading = {};
};

// What an audit brought to light, where the service answered at all.
struct LedgerState {
  ledger::v1::SignedHead head;
  FeedReading reading;
};

// Audits, and adds to `report`. What holds is then remembered; where there is a lie nothing is, so
// that the next audit finds it again. nullopt where the feed could not be read.
std::optional<LedgerState> AuditLedger(const LedgerSource& service,
                                       const LedgerAuditOptions& options, Memory* memory,
                                       Report* report);

// Shows the service the highest head that is remembered, so that one which is behind it stops
// serving. Its admission is a lie found.
void ShowHighestHead(const LedgerSource& service, const Memory& memory, Report* report);

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_LEDGER_AUDIT_H_

// The proofs that a service makes for others, asked for and verified.
#ifndef ONERETURN_TOOLS_AUDITOR_PROOF_AUDIT_H_
#define ONERETURN_TOOLS_AUDITOR_PROOF_AUDIT_H_

#include <vector>

#include "absl/status/status.h"
#include "onereturn/ledger/v1/ledger.pb.h"
#include "tools/auditor/ledger_source.h"
#include "tools/auditor/lie.h"
#include "tools/auditor/tree.h"

namespace onereturn::auditor {

// A service's own word that its ledger is not what it was.
bool AdmitsLoss(const absl::Status& status);

// From heads that are remembered, the first and the last ones that are smaller, to the newest; and
// of the first entry, one in the middle and the last. `tree` is that of the entries served, at
// least up to `head`.
void AuditProofs(const LedgerSource& service, const std::vector<ledger::v1::SignedHead>& known,
                 const ledger::v1::SignedHead& head, const Tree& tree, Report* report);

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_PROOF_AUDIT_H_

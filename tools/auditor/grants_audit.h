// Are the grants of rights that ingestion lists those of its ledger?
#ifndef ONERETURN_TOOLS_AUDITOR_GRANTS_AUDIT_H_
#define ONERETURN_TOOLS_AUDITOR_GRANTS_AUDIT_H_

#include <cstdint>
#include <vector>

#include "onereturn/rights/v1/rights.pb.h"
#include "tools/auditor/contents.h"
#include "tools/auditor/ledger_source.h"
#include "tools/auditor/lie.h"

namespace onereturn::auditor {

// `served` was listed after the first `size` entries were read, of which `contents` is made. Grants
// are listed as they are now, page after page, while officers go on: each may stand as any step
// since then left it, which is read from the feed. A step is listed a moment before a signed head
// covers it: what fits no step is called a lie only when the feed, followed for three seconds, does
// not come to tell of it.
void AuditServedGrants(const LedgerSource& service, const std::vector<rights::v1::Grant>& served,
                       uint64_t size, const Contents& contents, Report* report);

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_GRANTS_AUDIT_H_

// Is what a service serves what its ledger holds?
#ifndef ONERETURN_TOOLS_AUDITOR_SERVED_AUDIT_H_
#define ONERETURN_TOOLS_AUDITOR_SERVED_AUDIT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "onereturn/feed/v1/entry.pb.h"
#include "onereturn/ledger/v1/ledger.pb.h"
#include "tools/auditor/cells.h"
#include "tools/auditor/contents.h"
#include "tools/auditor/lie.h"
#include "tools/auditor/service.h"

namespace onereturn::auditor {

struct ServedCounts {
  uint64_t served = 0;
  uint64_t files = 0;
};

// The cells that the service serves of a revision, against those of its chunks.
void AuditServedCells(const Service& service, const feed::v1::Entry& entry,
                      const std::vector<Cell>& cells, ServedCounts* counts, Report* report);

// Everything the service lists, at the place of `head`, against `contents`, which must be the whole
// feed's: what is missing, what differs, what stands in no entry; and the stored files' digests.
void AuditServed(const Service& service, const ledger::v1::SignedHead& head,
                 const Contents& contents, ServedCounts* counts, Report* report);

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_SERVED_AUDIT_H_

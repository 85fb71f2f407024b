// One audit cycle over all services.
#ifndef ONERETURN_TOOLS_AUDITOR_AUDIT_H_
#define ONERETURN_TOOLS_AUDITOR_AUDIT_H_

#include <string>
#include <vector>

#include "onereturn/config/v1/config.pb.h"
#include "tools/auditor/lie.h"

namespace onereturn::auditor {

struct AuditOptions {
  config::v1::ClientProfile profile;
  std::string state_folder;
  std::vector<std::string> services;  // Which of the profile's.
  bool full = false;  // Read everything again, and compare it with everything served.
};

// The cycle: first the heads that the services hold of each other, then each one's ledger, then,
// when `full`, what it serves.
Report Audit(const AuditOptions& options);

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_AUDIT_H_

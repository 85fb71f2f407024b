// Recomputing a published figure from the feeds, and comparing it with what metrics serves.
#ifndef ONERETURN_TOOLS_AUDITOR_RECOMPUTE_H_
#define ONERETURN_TOOLS_AUDITOR_RECOMPUTE_H_

#include <string>
#include <vector>

#include "onereturn/config/v1/config.pb.h"
#include "tools/auditor/lie.h"

namespace onereturn::auditor {

struct RecomputeOptions {
  config::v1::ClientProfile profile;
  std::string metric;                      // Code; the newest version.
  std::string period;                      // Canonical text.
  std::vector<std::string> organisations;  // ODS codes; empty: every one that figures roll up to.
};

// Reads ingestion's and metrics' feeds to their signed heads, computes, and asks metrics for the
// value at those very places. A figure that differs is a lie; what was computed is in the notes.
Report Recompute(const RecomputeOptions& options);

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_RECOMPUTE_H_

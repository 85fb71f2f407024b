// Entries of the two feeds as facts of the domain.
#ifndef ONERETURN_SERVICES_METRICS_APP_FACT_FROM_ENTRY_H_
#define ONERETURN_SERVICES_METRICS_APP_FACT_FROM_ENTRY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "onereturn/feed/v1/entry.pb.h"
#include "services/metrics/domain/facts.h"

namespace onereturn::metrics {

// An entry of either feed, as a fact. DATA_LOSS (FEED_BROKEN) when it cannot be what its source
// accepted. What was accepted once is not judged again: the rules may have become stricter since.
absl::StatusOr<Fact> FactFromEntry(const feed::v1::Entry& entry, std::vector<std::string> chunks);

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_APP_FACT_FROM_ENTRY_H_

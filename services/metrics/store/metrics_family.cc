#include "services/metrics/store/metrics_family.h"

namespace onereturn::metrics {

std::vector<ColumnFamilySpec> MetricsFamilies() {
  std::vector<ColumnFamilySpec> families = PrimaryFamilies();
  families.push_back({"metric_heads", ColumnFamilyKind::kPrimary});
  for (const char* name :
       {"cursors", "feed_entries", "catalogue", "chunks", "definitions", "backfills", "leaves"}) {
    families.push_back({name, ColumnFamilyKind::kDerived});
  }
  families.push_back(LedgerFamilySpec());
  families.push_back({"rights", ColumnFamilyKind::kDerived});
  return families;
}

std::vector<ColumnFamily> DerivedFamilies() {
  std::vector<ColumnFamily> families = HashedFamilies();
  families.push_back(MetricsFamily::kCursors);
  return families;
}

std::vector<ColumnFamily> HashedFamilies() {
  return {MetricsFamily::kFeedEntries, MetricsFamily::kCatalogue, MetricsFamily::kChunks,
          MetricsFamily::kDefinitions, MetricsFamily::kBackfills, MetricsFamily::kLeaves};
}

}  // namespace onereturn::metrics

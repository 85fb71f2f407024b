#include "services/metrics/store/metric_heads.h"

#include "common/status/status_macros.h"
#include "onereturn/storage/v1/records.pb.h"
#include "services/metrics/store/keys.h"
#include "services/metrics/store/metrics_family.h"

namespace onereturn::metrics {

absl::StatusOr<StoredMetricHead> FindMetricHead(const Reader& reader, absl::string_view code) {
  StoredMetricHead stored;
  stored.key = MetricHeadKey(code);
  ASSIGN_OR_RETURN(stored.bytes, reader.Get(MetricsFamily::kMetricHeads, stored.key));
  if (!stored.bytes.has_value()) return stored;
  storage::v1::MetricHeadRecord record;
  if (!record.ParseFromString(*stored.bytes)) {
    return absl::DataLossError("the head of a metric cannot be read");
  }
  stored.head = MetricHead{record.version(), record.sequence()};
  return stored;
}

void PutMetricHead(absl::string_view code, const MetricHead& head, WriteBatch* batch) {
  storage::v1::MetricHeadRecord record;
  record.set_version(head.version);
  record.set_sequence(head.sequence);
  batch->Put(MetricsFamily::kMetricHeads, MetricHeadKey(code), record.SerializeAsString());
}

}  // namespace onereturn::metrics

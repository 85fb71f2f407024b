// The newest version of every metric: primary, written with the fact that defines it, and what the
// next definition is judged on.
#ifndef ONERETURN_SERVICES_METRICS_STORE_METRIC_HEADS_H_
#define ONERETURN_SERVICES_METRICS_STORE_METRIC_HEADS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/storage/reader.h"
#include "common/storage/write_batch.h"

namespace onereturn::metrics {

struct MetricHead {
  uint32_t version = 0;
  uint64_t sequence = 0;  // In metrics' own feed.
};

// A head and how it lies in the store, so that a write can be refused when it has changed since.
struct StoredMetricHead {
  std::string key;
  std::optional<std::string> bytes;  // nullopt: no version was ever defined.
  MetricHead head;
};

absl::StatusOr<StoredMetricHead> FindMetricHead(const Reader& reader, absl::string_view code);
void PutMetricHead(absl::string_view code, const MetricHead& head, WriteBatch* batch);

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_STORE_METRIC_HEADS_H_

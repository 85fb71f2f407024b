// Providers' values as they change.
#ifndef ONERETURN_SERVICES_METRICS_APP_WATCH_VALUES_H_
#define ONERETURN_SERVICES_METRICS_APP_WATCH_VALUES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/metrics/domain/value.h"

namespace onereturn::metrics {

struct ChangedValue {
  MetricDefinition definition;
  MetricValue value;
};

struct ChangedValues {
  std::vector<ChangedValue> values;  // In order of metric, period and organisation.
  Position through;
};

// The providers' values that changed after `from`, up to a place not beyond the newest: in
// ingestion's feed at most some hundred entries further, so that one answer stays small; in
// metrics' own up to a definition that is still being computed. Where either feed has more that can
// be told the place moves on in it. Of a metric defined anew, every value it has. Empty values with
// a later place: nothing that counts changed. `metric` empty: all. NOT_CAUGHT_UP when nothing but
// definitions that are being computed is left.
absl::StatusOr<ChangedValues> ChangesAfter(const DerivedReader& reader, const Position& from,
                                           absl::string_view metric);

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_APP_WATCH_VALUES_H_

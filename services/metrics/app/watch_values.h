// Providers' values as they change.
#ifndef ONERETURN_SERVICES_METRICS_APP_WATCH_VALUES_H_
#define ONERETURN_SERVICES_METRICS_APP_WATCH_VALUES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/clock/clock.h"
#include "services/metrics/app/read_gate.h"
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

struct WatchWish {
  RequestedPosition after;  // Absent feeds: from now.
  std::string metric;       // Empty: all.
};

// The changes in (from, through]. Of a step with very many values all messages but the last say
// that nothing is complete yet: through is from.
struct WatchMessage {
  Position from;
  Position through;
  std::vector<ChangedValue> values;  // Empty: nothing that counts changed.
};

// The longest silence of a watch.
inline constexpr int64_t kWatchHeartbeatMicros = 500'000;
// Some hundred kilobytes at most.
inline constexpr size_t kValuesAMessage = 500;

// Tells changes until `tell` answers false or `cancelled` true, which is asked before each look:
// first where it begins, then values as soon as they change, and a message without values only
// after the longest silence. Blocks. Each message goes on where the one before ended. DRAINING;
// those of ResolvePosition: after a rebuild or a restore what was told may have to be taken back.
absl::Status WatchValues(const DerivedTables& tables, const ReadGate& reads, const Clock& clock,
                         const WatchWish& wish, absl::FunctionRef<bool()> cancelled,
                         absl::FunctionRef<bool(const WatchMessage&)> tell);

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_APP_WATCH_VALUES_H_

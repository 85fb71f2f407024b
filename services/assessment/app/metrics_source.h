// What assessments need of the metrics service.
#ifndef ONERETURN_SERVICES_ASSESSMENT_APP_METRICS_SOURCE_H_
#define ONERETURN_SERVICES_ASSESSMENT_APP_METRICS_SOURCE_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "onereturn/metrics/v1/metrics_service.pb.h"
#include "onereturn/metrics/v1/value.pb.h"

namespace onereturn::assessment {

struct MetricQuestion {
  std::string metric;
  uint32_t version = 0;  // 0: the newest at the position.
  std::string organisation;
  std::string period;
  std::string position;  // Empty: the latest.
  // The token of the person on whose behalf it is asked; metrics then answers what both that person
  // and this service may see. Empty: a system's call. For metrics alone: never kept or logged.
  std::string person_token;
};

struct PinnedValue {
  metrics::v1::MetricValue value;
  std::string position;  // The full position it was read at.
};

// Thread safe. Calls block, for at most `limit_micros`. Errors of every function:
//   EVIDENCE_STATE  metrics holds no such thing
//   DEPENDENCY      metrics cannot be reached, or did not answer as it must
//   what metrics says of the question itself: FIELD_INVALID, PERIOD, POSITION_AHEAD, NOT_CAUGHT_UP,
//   ...
class MetricsSource {
 public:
  virtual ~MetricsSource() = default;

  virtual absl::StatusOr<PinnedValue> Value(const MetricQuestion& question,
                                            int64_t limit_micros) = 0;

  // Gives `listener` the value, then each leaf, until it answers false or an error; the error is
  // then the answer.
  using Listener =
      absl::FunctionRef<absl::StatusOr<bool>(const metrics::v1::TraceMetricValueResponse& part)>;
  virtual absl::Status Trace(const MetricQuestion& question, int64_t limit_micros,
                             Listener listener) = 0;
};

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_APP_METRICS_SOURCE_H_

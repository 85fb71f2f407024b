// From a rating down to the returns it rests on.
#ifndef ONERETURN_SERVICES_ASSESSMENT_APP_TRACE_ASSESSMENT_H_
#define ONERETURN_SERVICES_ASSESSMENT_APP_TRACE_ASSESSMENT_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "common/feed/read_position.h"
#include "common/identity/rights.h"
#include "onereturn/assessment/v1/assessment_service.pb.h"
#include "services/assessment/app/metrics_source.h"
#include "services/assessment/app/read_assessments.h"

namespace onereturn::assessment {

// Who asks, and for what state.
struct TraceCaller {
  OrganisationScope scope;
  ReadPlace place;                // In this service's feed.
  Timestamp deadline;             // Until when metrics is waited for.
  std::string person_token = {};  // As MetricQuestion::person_token.
};

// Thread safe. Holds no state of the store open while it waits for metrics.
class TraceAssessment {
 public:
  TraceAssessment(const ReadAssessments* reading, MetricsSource* metrics, const Clock* clock)
      : reading_(reading), metrics_(metrics), clock_(clock) {}

  // False: the caller has gone.
  using Listener = absl::FunctionRef<bool(const v1::TraceResponse& part)>;

  // Gives `listener` the rating; then each score in the framework's order, each piece of evidence
  // it rests on, and the leaves of the pinned value as metrics gives them at the pinned position.
  // EVIDENCE_STATE when metrics answers another value there than was pinned.
  absl::Status Run(const TraceCaller& caller, const v1::TraceRequest& request,
                   Listener listener) const;

 private:
  // False when the caller has gone.
  absl::StatusOr<bool> TraceScore(const TraceCaller& caller, const v1::Assessment& assessment,
                                  const v1::Score& score, Listener listener) const;
  absl::StatusOr<bool> TraceEvidence(const TraceCaller& caller, const v1::Evidence& evidence,
                                     Listener listener) const;

  const ReadAssessments* const reading_;
  MetricsSource* const metrics_;
  const Clock* const clock_;
};

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_APP_TRACE_ASSESSMENT_H_

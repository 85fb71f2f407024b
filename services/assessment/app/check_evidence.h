// What evidence was revised since it was pinned.
#ifndef ONERETURN_SERVICES_ASSESSMENT_APP_CHECK_EVIDENCE_H_
#define ONERETURN_SERVICES_ASSESSMENT_APP_CHECK_EVIDENCE_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "onereturn/assessment/v1/assessment_service.pb.h"
#include "services/assessment/app/metrics_source.h"
#include "services/assessment/app/read_assessments.h"
#include "services/assessment/app/trace_assessment.h"

namespace onereturn::assessment {

// Thread safe. Holds no state of the store open while it waits for metrics, which is asked for each
// piece of evidence, at most kMetricsWaitMicros a question.
class CheckEvidence {
 public:
  CheckEvidence(const ReadAssessments* reading, MetricsSource* metrics)
      : reading_(reading), metrics_(metrics) {}

  // False: the caller has gone.
  using Listener = absl::FunctionRef<bool(const v1::CheckEvidenceResponse& part)>;

  // Gives `listener` each piece whose value is no longer what was pinned, in order of assessment
  // and evidence, then a last message. `caller.deadline` is not looked at.
  absl::Status Run(const TraceCaller& caller, const v1::CheckEvidenceRequest& request,
                   Listener listener) const;

 private:
  // Adds to `checked`. False when the caller has gone.
  absl::StatusOr<bool> CheckAssessment(const TraceCaller& caller, const std::string& name,
                                       uint64_t* checked, Listener listener) const;
  // Fills `part` with what is of now; false where the value is the pinned one.
  absl::StatusOr<bool> Compare(const TraceCaller& caller, const v1::Evidence& evidence,
                               v1::CheckEvidenceResponse* part) const;

  const ReadAssessments* const reading_;
  MetricsSource* const metrics_;
};

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_APP_CHECK_EVIDENCE_H_

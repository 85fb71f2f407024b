// What evidence was revised since it was pinned.
#ifndef ONERETURN_SERVICES_ASSESSMENT_APP_CHECK_EVIDENCE_H_
#define ONERETURN_SERVICES_ASSESSMENT_APP_CHECK_EVIDENCE_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
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

  // Whom it is for. Either answers false once the caller has gone: then no more is asked of
  // metrics.
  struct Listener {
    absl::FunctionRef<bool()> is_there;  // Asked before each assessment and each piece.
    absl::FunctionRef<bool(const v1::CheckEvidenceResponse& part)> take;
  };

  // Gives `listener` each piece whose value is no longer what was pinned, or that could not be
  // compared, in order of assessment and evidence, then a last message. What keeps every piece from
  // being compared is the answer: DEPENDENCY, the person's rights. `caller.deadline` is not looked
  // at.
  absl::Status Run(const TraceCaller& caller, const v1::CheckEvidenceRequest& request,
                   const Listener& listener) const;

 private:
  // Adds to `checked`. False when the caller has gone.
  absl::StatusOr<bool> CheckAssessment(const TraceCaller& caller, const std::string& name,
                                       uint64_t* checked, const Listener& listener) const;
  // Fills `part` with what is of now; false where the value is the pinned one. A fault of this
  // piece alone is told in `part`, any other is the answer.
  absl::StatusOr<bool> CompareOrSay(const TraceCaller& caller, const v1::Evidence& evidence,
                                    v1::CheckEvidenceResponse* part) const;
  absl::StatusOr<bool> Compare(const TraceCaller& caller, const v1::Evidence& evidence,
                               v1::CheckEvidenceResponse* part) const;

  const ReadAssessments* const reading_;
  MetricsSource* const metrics_;
};

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_APP_CHECK_EVIDENCE_H_

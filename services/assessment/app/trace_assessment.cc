#include "services/assessment/app/trace_assessment.h"

#include <algorithm>

#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/assessment/app/field_faults.h"
#include "services/assessment/app/same_value.h"
#include "services/assessment/domain/framework.h"

namespace onereturn::assessment {
namespace {

absl::Status CheckStatement(const std::string& statement) {
  FieldFaults faults;
  faults.CheckLine("statement", statement, /*required=*/false, kMaxCodeBytes);
  return faults.ToStatus();
}

}  // namespace

absl::Status TraceAssessment::Run(const TraceCaller& caller, const v1::TraceRequest& request,
                                  Listener listener) const {
  RETURN_IF_ERROR(CheckStatement(request.statement()));
  ASSIGN_OR_RETURN(const v1::Assessment assessment,
                   reading_->Get(caller.scope, request.name(), caller.place.sequence));
  v1::TraceResponse rating;
  *rating.mutable_rating() = assessment.rating();
  rating.set_position(caller.place.position);
  rating.set_marking(assessment.marking());
  if (!listener(rating)) return absl::OkStatus();
  for (const v1::Score& score : assessment.scores()) {
    if (!request.statement().empty() && score.statement() != request.statement()) continue;
    ASSIGN_OR_RETURN(bool listening, TraceScore(caller, assessment, score, listener));
    if (!listening) return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> TraceAssessment::TraceScore(const TraceCaller& caller,
                                                 const v1::Assessment& assessment,
                                                 const v1::Score& score, Listener listener) const {
  v1::TraceResponse part;
  *part.mutable_score() = score;
  part.set_position(caller.place.position);
  part.set_marking(assessment.marking());
  if (!listener(part)) return false;
  for (const v1::Evidence& evidence : assessment.evidence()) {
    const bool cited = std::find(score.evidence().begin(), score.evidence().end(),
                                 evidence.name()) != score.evidence().end();
    if (!cited) continue;
    *part.mutable_evidence() = evidence;
    part.set_evidence_name(evidence.name());
    if (!listener(part)) return false;
    ASSIGN_OR_RETURN(bool listening, TraceEvidence(caller, evidence, listener));
    if (!listening) return false;
  }
  return true;
}

absl::StatusOr<bool> TraceAssessment::TraceEvidence(const TraceCaller& caller,
                                                    const v1::Evidence& evidence,
                                                    Listener listener) const {
  const metrics::v1::MetricValue& value = evidence.value();
  const MetricQuestion question{value.metric(), value.metric_version(), value.organisation(),
                                value.period(), evidence.position(),    caller.person_token};
  bool listening = true;
  bool confirmed = false;
  auto on_part = [&](const metrics::v1::TraceMetricValueResponse& traced) -> absl::StatusOr<bool> {
    if (traced.has_value()) {
      if (!SameValue(traced.value(), value)) {
        return Error(Reason::kEvidenceState,
                     "metrics gives another value at the pinned position than was pinned")
            .Precondition(evidence.name(), "the pinned value can no longer be traced");
      }
      confirmed = true;
    } else if (traced.has_leaf()) {
      v1::TraceResponse part;
      *part.mutable_leaf() = traced.leaf();
      part.set_evidence_name(evidence.name());
      part.set_position(evidence.position());
      part.set_marking(evidence.marking());
      listening = listener(part);
    }
    return listening;
  };
  const int64_t limit_micros = caller.deadline.micros - clock_->Now().micros;
  RETURN_IF_ERROR(metrics_->Trace(question, limit_micros, on_part));
  if (listening && !confirmed) {
    return Error(Reason::kDependency, "metrics traced no value for the evidence");
  }
  return listening;
}

}  // namespace onereturn::assessment

// Pinning a metric value as evidence of a statement.
#ifndef ONERETURN_SERVICES_ASSESSMENT_APP_ADD_EVIDENCE_H_
#define ONERETURN_SERVICES_ASSESSMENT_APP_ADD_EVIDENCE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "common/storage/store.h"
#include "onereturn/assessment/v1/assessment_service.pb.h"
#include "services/assessment/app/metrics_source.h"
#include "services/assessment/app/write_fact.h"

namespace onereturn::assessment {

// More than this is no longer read by anybody, and GetAssessment answers with all of it in one
// message.
inline constexpr uint64_t kMaxEvidence = 500;

// How long after a call came metrics may take to answer it, however long its caller would wait:
// some hundred times what a value takes.
inline constexpr int64_t kMetricsWaitMicros = 3'000'000;

// Thread safe. Run() blocks while metrics answers, at most until kMetricsWaitMicros after the call
// came: UNAVAILABLE with reason DEPENDENCY, and when to come back.
class AddEvidence {
 public:
  AddEvidence(const Store* store, const FactWriter* writer, MetricsSource* metrics,
              const Clock* clock)
      : store_(store), writer_(writer), metrics_(metrics), clock_(clock) {}

  void Run(const WriteOrigin& origin, v1::AddEvidenceRequest request,
           Respond<v1::Evidence> respond) const;

 private:
  struct Call;
  absl::StatusOr<Judged<v1::Evidence>> Judge(const Reader& reader, Call* call) const;
  absl::Status Pin(Call* call) const;

  const Store* const store_;
  const FactWriter* const writer_;
  MetricsSource* const metrics_;
  const Clock* const clock_;
};

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_APP_ADD_EVIDENCE_H_

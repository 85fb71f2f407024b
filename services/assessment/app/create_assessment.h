// Beginning an assessment of an organisation.
#ifndef ONERETURN_SERVICES_ASSESSMENT_APP_CREATE_ASSESSMENT_H_
#define ONERETURN_SERVICES_ASSESSMENT_APP_CREATE_ASSESSMENT_H_

#include "absl/status/statusor.h"
#include "common/rpc/mutation_gate.h"
#include "common/storage/store.h"
#include "onereturn/assessment/v1/assessment_service.pb.h"
#include "services/assessment/app/written_fact.h"

namespace onereturn::assessment {

// Thread safe. Pins the framework's newest version; ids are "a1", "a2", ... in the order of
// acceptance.
class CreateAssessment {
 public:
  CreateAssessment(const Store* store, const FactWriter* writer) : store_(store), writer_(writer) {}

  using Call = Mutation<v1::CreateAssessmentRequest, v1::CreateAssessmentResponse>;
  void Run(Call call) const;

 private:
  struct Outcome {
    v1::Assessment assessment;
    NewFact decision;
  };
  absl::StatusOr<Outcome> Judge(const Call& call) const;

  const Store* const store_;
  const FactWriter* const writer_;
};

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_APP_CREATE_ASSESSMENT_H_

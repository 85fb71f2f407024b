// Defining a framework, or a new version of it.
#ifndef ONERETURN_SERVICES_ASSESSMENT_APP_UPDATE_FRAMEWORK_H_
#define ONERETURN_SERVICES_ASSESSMENT_APP_UPDATE_FRAMEWORK_H_

#include <optional>

#include "absl/status/statusor.h"
#include "common/rpc/mutation_gate.h"
#include "common/storage/store.h"
#include "onereturn/assessment/v1/assessment_service.pb.h"
#include "services/assessment/app/written_fact.h"
#include "services/assessment/domain/framework.h"

namespace onereturn::assessment {

// Thread safe.
class UpdateFramework {
 public:
  UpdateFramework(const Store* store, const FactWriter* writer) : store_(store), writer_(writer) {}

  using Call = Mutation<v1::UpdateFrameworkRequest, v1::UpdateFrameworkResponse>;
  void Run(Call call) const;

 private:
  // What the request leads to: a new version, or the one in force when it is equal.
  struct Outcome {
    v1::Framework framework;
    Decision decision;  // NewFact or Unchanged.
  };
  absl::StatusOr<Outcome> Judge(const v1::UpdateFrameworkRequest& request) const;

  const Store* const store_;
  const FactWriter* const writer_;
};

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_APP_UPDATE_FRAMEWORK_H_

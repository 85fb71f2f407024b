// Defining a framework, or a new version of it.
#ifndef ONERETURN_SERVICES_ASSESSMENT_APP_UPDATE_FRAMEWORK_H_
#define ONERETURN_SERVICES_ASSESSMENT_APP_UPDATE_FRAMEWORK_H_

#include "common/storage/store.h"
#include "onereturn/assessment/v1/assessment_service.pb.h"
#include "services/assessment/app/write_fact.h"

namespace onereturn::assessment {

// Thread safe.
class UpdateFramework {
 public:
  explicit UpdateFramework(const FactWriter* writer) : writer_(writer) {}

  // Unchanged: what is asked for is equal to the newest version.
  void Run(const WriteOrigin& origin, v1::UpdateFrameworkRequest request,
           Respond<v1::Framework> respond) const;

 private:
  const FactWriter* const writer_;
};

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_APP_UPDATE_FRAMEWORK_H_

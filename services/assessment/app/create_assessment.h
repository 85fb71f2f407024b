// Beginning an assessment of an organisation.
#ifndef ONERETURN_SERVICES_ASSESSMENT_APP_CREATE_ASSESSMENT_H_
#define ONERETURN_SERVICES_ASSESSMENT_APP_CREATE_ASSESSMENT_H_

#include "common/storage/store.h"
#include "onereturn/assessment/v1/assessment_service.pb.h"
#include "services/assessment/app/write_fact.h"

namespace onereturn::assessment {

// Thread safe. Pins the framework's newest version; ids are "a1", "a2", ... in the order of
// acceptance.
class CreateAssessment {
 public:
  explicit CreateAssessment(const FactWriter* writer) : writer_(writer) {}

  // From now on an organisation must be one that was heard of from ingestion (ODS_UNKNOWN,
  // NOT_CAUGHT_UP). Before the first Run().
  void CheckOrganisations() { checks_organisations_ = true; }

  void Run(const WriteOrigin& origin, v1::CreateAssessmentRequest request,
           Respond<v1::Assessment> respond) const;

 private:
  const FactWriter* const writer_;
  bool checks_organisations_ = false;
};

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_APP_CREATE_ASSESSMENT_H_

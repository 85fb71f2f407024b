// An approver lets another sign for him until a day: a grant that names who delegated it.
#ifndef ONERETURN_SERVICES_INGESTION_APP_RIGHTS_DELEGATE_SIGN_OFF_H_
#define ONERETURN_SERVICES_INGESTION_APP_RIGHTS_DELEGATE_SIGN_OFF_H_

#include <memory>

#include "common/identity/rights.h"
#include "common/period/civil_day.h"
#include "services/ingestion/app/rights/grant_rights.h"

namespace onereturn::ingestion {

// The last day of a delegation lies at most this many days after the day on which it is made.
inline constexpr int kMaxDelegationDays = 92;

// Each use case judges on the calling thread and answers on the committer's. When the answer comes,
// `rights` knows of it. Errors are those of RightsService's methods. Thread safe.
class DelegateSignOff {
 public:
  DelegateSignOff(const FactWriter* writer, RightsSource* rights)
      : writer_(writer), rights_(rights) {}

  // `today` is the day of the call in Europe/London.
  void Delegate(const OfficerOrigin& origin, const CivilDay& today,
                const rights::v1::DelegateSignOffRequest& request, GrantRights::Done done) const;
  void End(const OfficerOrigin& origin, const rights::v1::EndDelegationRequest& request,
           GrantRights::Done done) const;

 private:
  const FactWriter* const writer_;
  RightsSource* const rights_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_RIGHTS_DELEGATE_SIGN_OFF_H_

// What carries an approved request out.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ISSUE_REQUEST_ISSUING_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ISSUE_REQUEST_ISSUING_H_

#include "onereturn/requests/v1/requests_service.pb.h"
#include "services/ingestion/app/requests/register/data_requests.h"

namespace onereturn::ingestion {

// Judges on the calling thread and answers on the committer's. Thread safe.
class RequestIssuing {
 public:
  virtual ~RequestIssuing() = default;
  // Errors are those of RequestsService.IssueRequest.
  virtual void Issue(const OfficerOrigin& origin, const requests::v1::IssueRequestRequest& request,
                     DataRequests::Done done) const = 0;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ISSUE_REQUEST_ISSUING_H_

// Carrying an approved request out: what is held can be read from then on, the gap is owed.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ISSUE_ISSUE_REQUEST_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ISSUE_ISSUE_REQUEST_H_

#include <functional>
#include <string>

#include "common/commit/fact_writer.h"
#include "common/storage/store.h"
#include "services/ingestion/app/requests/issue/request_issuing.h"
#include "services/ingestion/app/requests/matching/stored_matching.h"

namespace onereturn::ingestion {

// Thread safe. What it makes - new items, their collection, the obligations, and the statement - is
// kept in one synced batch: nobody ever sees, and no failure ever leaves, a part.
class IssueRequest final : public RequestIssuing {
 public:
  // Everything must outlive it.
  IssueRequest(const Store* store, const FactWriter* writer, const Committer* committer,
               const StoredMatching* matching)
      : store_(store), writer_(writer), committer_(committer), matching_(matching) {}

  void Issue(const OfficerOrigin& origin, const requests::v1::IssueRequestRequest& request,
             DataRequests::Done done) const override;

 private:
  absl::StatusOr<Decision> Decide(const Snapshot& snapshot, const OfficerOrigin& origin,
                                  const requests::v1::IssueRequestRequest& request,
                                  requests::v1::DataRequest* judged) const;

  const Store* const store_;
  const FactWriter* const writer_;
  const Committer* const committer_;
  const StoredMatching* const matching_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ISSUE_ISSUE_REQUEST_H_

// What followed from figures that were used: recorded as facts, and listed.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ANSWERS_RECORD_ACTION_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ANSWERS_RECORD_ACTION_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "common/commit/fact_writer.h"
#include "common/storage/store.h"
#include "onereturn/requests/v1/answers_service.pb.h"
#include "services/ingestion/app/requests/matching/stored_matching.h"
#include "services/ingestion/app/returns/read_returns.h"
#include "services/ingestion/app/rights/grant_rights.h"

namespace onereturn::ingestion {

struct ActionAnswer {
  requests::v1::Action action;
  Accepted accepted;
};

// Thread safe.
class RecordAction {
 public:
  using Done = std::function<void(absl::StatusOr<ActionAnswer> answer)>;

  // Everything must outlive it.
  RecordAction(const Store* store, const FactWriter* writer, const Committer* committer,
               const StoredMatching* matching)
      : store_(store), writer_(writer), committer_(committer), matching_(matching) {}

  // Product and purpose that are not given are the request's. Judges on the calling thread and
  // answers on the committer's. Errors: NOT_FOUND; ORG_SCOPE where the caller does not act for the
  // request's body; REQUEST_STATE for one that was never issued; FIELD_INVALID, ENUM_VALUE,
  // PERSONAL_DATA.
  void Record(const OfficerOrigin& origin, const requests::v1::RecordActionRequest& request,
              Done done) const;

 private:
  absl::StatusOr<Decision> Decide(const Snapshot& snapshot, const OfficerOrigin& origin,
                                  requests::v1::Action action) const;

  const Store* const store_;
  const FactWriter* const writer_;
  const Committer* const committer_;
  const StoredMatching* const matching_;
};

// Those of one request (its name; empty: of all) that were recorded at `sequence` or before, in
// order of request and number, after `after` (where the page before ended; empty: from the first),
// at most `limit`. NOT_FOUND for a name that no request has.
absl::StatusOr<PageOf<requests::v1::Action>> ListActions(const Reader& reader,
                                                         const std::string& request,
                                                         uint64_t sequence,
                                                         const std::string& after, size_t limit);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ANSWERS_RECORD_ACTION_H_

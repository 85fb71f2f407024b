// The life of a request: which step is open in which state, and what each leaves behind.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REQUEST_STEPS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REQUEST_STEPS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "common/commit/fact_writer.h"
#include "common/period/civil_day.h"
#include "common/period/london_day.h"
#include "common/storage/reader.h"
#include "onereturn/requests/v1/request.pb.h"
#include "services/ingestion/app/requests/request_matching.h"
#include "services/ingestion/app/rights/grant_rights.h"
#include "services/ingestion/store/request_table.h"

namespace onereturn::ingestion {

enum class RequestAction { kDraft, kMatch, kReply, kClose, kDecide, kIssue, kEnd };

bool IsOpenIn(requests::v1::RequestState state, RequestAction action);
// "draft", "match", ...: as messages name it.
absl::string_view RequestActionName(RequestAction action);

// What every step is judged by, beside the store.
struct RequestWorld {
  const RequestMatching* matching = nullptr;
  Timestamp now;
  CivilDay today() const { return LondonDay(now); }
};

// The request that is named, as the caller saw it and open for the step: NOT_FOUND, ETAG_MISMATCH,
// REQUEST_STATE.
absl::StatusOr<StoredRequest> FindForStep(const Reader& reader, const std::string& name,
                                          const std::string& etag, RequestAction action);

// What a step asks the ledger to keep, by who takes it.
FactRequest FactAskedBy(const OfficerOrigin& origin, feed::v1::EntryKind kind,
                        const std::string& request_id);

// REQUEST_EXPIRED where the request's expiry is past.
absl::Status CheckNotExpired(const requests::v1::DataRequest& request, const CivilDay& today);

// FIELD_INVALID, PERSONAL_DATA for a reason that is missing where it is required, or wrong.
absl::Status CheckStepReason(const std::string& reason, bool required);

// Without its time and place: the ledger gives them.
requests::v1::RequestStep RequestStepOf(const OfficerOrigin& origin, const std::string& body,
                                        const std::string& reason);

// A fact that leaves `request` as it is given, but for the time and place of `step` in it and the
// etag. `more` adds other rows; may be null.
NewFact FactOfRequestStep(
    uint64_t number, const requests::v1::DataRequest& request, const std::string& fact,
    std::vector<ReadCheck> read_set,
    std::function<requests::v1::RequestStep*(requests::v1::DataRequest* row)> step,
    std::function<void(const Placement& placement, WriteBatch* batch)> more = nullptr);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_REQUEST_STEPS_H_

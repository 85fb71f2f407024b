// The scheduler of requests: what the passing of time and the arrival of returns cause, as facts.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_OBLIGATIONS_KEEP_REQUESTS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_OBLIGATIONS_KEEP_REQUESTS_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "common/commit/fact_writer.h"
#include "common/storage/store.h"
#include "onereturn/requests/v1/request.pb.h"
#include "services/ingestion/app/requests/obligations/live_requests.h"
#include "services/ingestion/store/obligation_table.h"

namespace onereturn::ingestion {

// Challenges lapse, returns that did not come are missing, simplified mode ends and suspends what
// is desirable alone, and requests are answered, go to review and expire. Each fact has a request
// id of its own, made of what it is about, so that none is written twice, whatever is killed when.
// One thread at a time.
class KeepRequests {
 public:
  // `actor`: the service's own SPIFFE id. Everything must outlive it.
  KeepRequests(const Store* store, const FactWriter* writer, const Clock* clock, std::string actor)
      : store_(store), writer_(writer), clock_(clock), actor_(std::move(actor)) {}

  // Commits what is due by the clock and by what was accepted, and returns when that is on disk.
  // Must not be called on the committer's thread. What cannot be done is tried again with the next
  // run; the first error is answered.
  absl::Status Run();

 private:
  absl::Status Lapse(Timestamp now);
  // Looks again at windows in which requests that were issued since made something owed.
  absl::Status LookBackForIssues();
  absl::Status CloseWindows(Timestamp now);
  absl::Status EndSimplifiedMode(Timestamp now);
  // In simplified mode: the obligations that it suspends, request by request.
  absl::Status SuspendAll();
  absl::Status Suspend(uint64_t number);
  // Releases at most so many in one fact that it stays well within an entry; `what` and their names
  // make the facts' ids.
  absl::Status ReleaseInParts(const std::vector<ObligationKey>& keys,
                              requests::v1::ReleaseReason reason, const std::string& what);
  absl::Status Release(const std::vector<ObligationKey>& keys, requests::v1::ReleaseReason reason,
                       const std::string& part);
  absl::StatusOr<uint32_t> ReviewDays() const;
  absl::Status KeepRequest(uint64_t number, const LiveRequest& request, Timestamp now,
                           const absl::StatusOr<uint32_t>& review_days);
  absl::Status Expire(uint64_t number, Timestamp now);
  // A step that the service takes, of a request that is in one of `from`.
  absl::Status Step(uint64_t number, feed::v1::EntryKind kind,
                    const std::vector<requests::v1::RequestState>& from);
  // Writes one fact under the id of `part`, and waits for it.
  absl::Status Write(feed::v1::EntryKind kind, const std::string& part, FactWriter::Judge judge);

  const Store* const store_;
  const FactWriter* const writer_;
  const Clock* const clock_;
  const std::string actor_;

  uint64_t looked_at_ = UINT64_MAX;  // The newest entry when nothing was due.
  Timestamp looked_when_;            // And the clock then, to the minute.
  Timestamp lapsed_until_;           // Challenges that lapse until then are released, or were met.
  Timestamp closed_until_;           // Windows that closed until then were looked at.
  uint64_t issues_seen_ = 0;         // The newest issue whose obligations are among them.
  LiveRequests live_;
  // By request, the obligation up to which all are met or released.
  std::map<uint64_t, std::string> passed_;
  uint64_t suspended_by_ = 0;  // Of the fact that set the mode: those below were looked at since.
  std::set<uint64_t> suspended_;  // Requests: all that it suspends of them is released.
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_OBLIGATIONS_KEEP_REQUESTS_H_

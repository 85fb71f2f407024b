// The requests that are not over, kept in memory as the journal goes on: what the scheduler looks
// at each second.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_OBLIGATIONS_LIVE_REQUESTS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_OBLIGATIONS_LIVE_REQUESTS_H_

#include <cstdint>
#include <map>
#include <set>

#include "absl/status/status.h"
#include "common/period/civil_day.h"
#include "common/storage/store.h"
#include "onereturn/requests/v1/request.pb.h"

namespace onereturn::ingestion {

struct LiveRequest {
  requests::v1::RequestState state = requests::v1::REQUEST_STATE_UNSPECIFIED;
  CivilDay expiry;
  uint64_t issue_sequence = 0;  // 0: it was not issued.
};

bool IsOver(requests::v1::RequestState state);

// Thread-compatible.
class LiveRequests {
 public:
  // Looks at what was accepted since the last call, the first time at all requests. After an error
  // the next call goes on where this one ended.
  absl::Status CatchUp(const Store& store);

  // By number.
  const std::map<uint64_t, LiveRequest>& all() const { return all_; }
  // Those of which a step was taken, or an obligation met or released, since they were Settled.
  const std::set<uint64_t>& changed() const { return changed_; }
  // It was looked at, as it is now.
  void Settle(uint64_t number) { changed_.erase(number); }

 private:
  absl::Status LookAtAll(const Reader& reader);
  absl::Status Refresh(const Reader& reader, uint64_t number);

  std::map<uint64_t, LiveRequest> all_;
  std::set<uint64_t> changed_;
  bool is_known_ = false;
  uint64_t looked_to_ = 0;  // Of the journal.
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_OBLIGATIONS_LIVE_REQUESTS_H_

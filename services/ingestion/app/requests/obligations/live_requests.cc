#include "services/ingestion/app/requests/obligations/live_requests.h"

#include <optional>

#include "common/commit/journal.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/obligations/touched_requests.h"
#include "services/ingestion/store/catalogue_table.h"
#include "services/ingestion/store/request_table.h"

namespace onereturn::ingestion {
namespace {

absl::StatusOr<LiveRequest> LiveOf(const requests::v1::DataRequest& request) {
  LiveRequest live;
  live.state = request.state();
  live.issue_sequence = request.issued().sequence();
  ASSIGN_OR_RETURN(live.expiry, CivilDay::Parse(request.expiry()));
  return live;
}

}  // namespace

bool IsOver(requests::v1::RequestState state) {
  return state == requests::v1::REQUEST_STATE_ENDED || state == requests::v1::REQUEST_STATE_REFUSED;
}

absl::Status LiveRequests::CatchUp(const Store& store) {
  const Snapshot snapshot = store.TakeSnapshot();
  ASSIGN_OR_RETURN(const uint64_t newest, LastSequence(snapshot));
  if (!is_known_) {
    RETURN_IF_ERROR(LookAtAll(snapshot));
    is_known_ = true;
    looked_to_ = newest;
  }
  return VisitEntries(snapshot, looked_to_, newest,
                      [&](const feed::v1::Entry& entry) -> absl::Status {
                        std::set<uint64_t> touched;
                        RETURN_IF_ERROR(AddTouched(snapshot, entry, &touched));
                        for (const uint64_t number : touched) {
                          RETURN_IF_ERROR(Refresh(snapshot, number));
                        }
                        looked_to_ = entry.sequence();
                        return absl::OkStatus();
                      });
}

absl::Status LiveRequests::LookAtAll(const Reader& reader) {
  all_.clear();
  return VisitDataRequests(
      reader, 0, kNewest,
      [this](uint64_t number, const requests::v1::DataRequest& request) -> absl::StatusOr<bool> {
        if (IsOver(request.state())) return true;
        ASSIGN_OR_RETURN(all_[number], LiveOf(request));
        changed_.insert(number);
        return true;
      });
}

absl::Status LiveRequests::Refresh(const Reader& reader, uint64_t number) {
  ASSIGN_OR_RETURN(const auto stored, FindDataRequest(reader, number));
  if (!stored.has_value()) return absl::DataLossError("a request that has a step is gone");
  if (IsOver(stored->request.state())) {
    all_.erase(number);
    changed_.erase(number);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(all_[number], LiveOf(stored->request));
  changed_.insert(number);
  return absl::OkStatus();
}

}  // namespace onereturn::ingestion

#include "services/ingestion/app/requests/hours/body_requests.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "common/feed/wire.h"
#include "common/period/london_day.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/day_of_entry.h"
#include "services/ingestion/app/requests/hours/item_usage.h"
#include "services/ingestion/app/requests/hours/request_sums.h"
#include "services/ingestion/app/requests/matching/claim_reading.h"
#include "services/ingestion/definitions/minutes_messages.h"
#include "services/ingestion/store/request_table.h"

namespace onereturn::ingestion {
namespace {

using requests::v1::DataRequest;

constexpr uint64_t kMostObligations = 25'000;  // A second.

// Whether figures of the items could be read: of those of which it asks nobody for anything, since
// its issue; of others, since the first return that it asked for came. Not on that day itself.
class Readable {
 public:
  Readable(const Reader& reader, uint64_t sequence) : reader_(reader), sequence_(sequence) {}

  absl::Status Read(uint64_t number) {
    return VisitObligationsOfRequest(
        reader_, number, "",
        [&](const ObligationKey& key,
            const storage::v1::ObligationRecord&) -> absl::StatusOr<bool> {
          ASSIGN_OR_RETURN(const std::optional<ClaimState> claim, ClaimOf(reader_, key, sequence_));
          if (!claim.has_value()) return true;
          for (const std::string& item : claim->record.items()) {
            uint64_t& first = first_met_.emplace(item, kNewest).first->second;
            if (claim->outcome.met != 0) first = std::min(first, claim->outcome.met);
          }
          return true;
        });
  }
  absl::StatusOr<bool> Before(const CivilDay& today, const std::string& item,
                              uint64_t issue) const {
    const auto asked = first_met_.find(item);
    const uint64_t since = asked == first_met_.end() ? issue : asked->second;
    if (since == kNewest) return false;
    ASSIGN_OR_RETURN(const CivilDay day, DayOf(reader_, since));
    return day < today;
  }

 private:
  const Reader& reader_;
  const uint64_t sequence_;
  std::map<std::string, uint64_t> first_met_;  // By item; kNewest: nothing came yet.
};

// Items that it asked for, which its body could read since, and has not.
absl::StatusOr<std::vector<std::string>> UnusedItemsOf(const Reader& reader, uint64_t number,
                                                       const DataRequest& request,
                                                       uint64_t sequence) {
  Readable readable(reader, sequence);
  RETURN_IF_ERROR(readable.Read(number));
  ASSIGN_OR_RETURN(const CivilDay today, DayOf(reader, sequence));
  std::vector<std::string> unused;
  for (const std::string& item : ItemsAskedFor(request)) {
    ASSIGN_OR_RETURN(const bool could_be_read,
                     readable.Before(today, item, request.issued().sequence()));
    if (!could_be_read) continue;
    ASSIGN_OR_RETURN(const bool read, WasReadSince(reader, request.requesting_body(), item,
                                                   request.issued().sequence(), sequence));
    if (!read) unused.push_back(item);
  }
  return unused;
}

class BodyRequestsReader {
 public:
  BodyRequestsReader(const Reader& reader, const CivilDay& year, uint64_t sequence,
                     RequestSummer summer)
      : reader_(reader), year_(year), sequence_(sequence), summer_(std::move(summer)) {}

  absl::Status Add(uint64_t number, const DataRequest& request) {
    ASSIGN_OR_RETURN(const Timestamp time, FromWire(request.issued().time()));
    const CivilDay issued = LondonDay(time);
    const bool of_year = issued >= year_;
    const bool live = request.state() != requests::v1::REQUEST_STATE_ENDED;
    if (!of_year && !live) return absl::OkStatus();
    looked_ += request.issue().obligations();
    if (looked_ > kMostObligations) {
      if (of_year) found_.minutes_used += MinutesOf(request.issue().outstanding()).Total();
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const RequestSums sums, summer_.Sum(number));
    if (of_year) found_.minutes_used += sums.Caused();
    const uint64_t frees = sums.account.outstanding.Total();
    if (!live || frees == 0) return absl::OkStatus();
    ASSIGN_OR_RETURN(const CivilDay expiry, CivilDay::Parse(request.expiry()));
    ASSIGN_OR_RETURN(std::vector<std::string> unused,
                     UnusedItemsOf(reader_, number, request, sequence_));
    found_.live.push_back({request.name(), frees, std::move(unused), issued, expiry});
    return absl::OkStatus();
  }

  BodyRequests Take() { return std::move(found_); }

 private:
  const Reader& reader_;
  const CivilDay year_;
  const uint64_t sequence_;
  RequestSummer summer_;
  uint64_t looked_ = 0;
  BodyRequests found_;
};

}  // namespace

absl::StatusOr<BodyRequests> BodyRequestsOf(const Reader& reader, const std::string& body,
                                            const CivilDay& year, uint64_t sequence) {
  ASSIGN_OR_RETURN(RequestSummer summer, RequestSummer::Make(&reader, sequence));
  BodyRequestsReader requests(reader, year, sequence, std::move(summer));
  RETURN_IF_ERROR(
      VisitDataRequests(reader, 0, sequence,
                        [&](uint64_t number, const DataRequest& request) -> absl::StatusOr<bool> {
                          if (request.requesting_body() == body && request.has_issue()) {
                            RETURN_IF_ERROR(requests.Add(number, request));
                          }
                          return true;
                        }));
  return requests.Take();
}

}  // namespace onereturn::ingestion

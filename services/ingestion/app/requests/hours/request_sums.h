// What one issued request came to at a position.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_REQUEST_SUMS_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_REQUEST_SUMS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/clock/clock.h"
#include "common/period/civil_day.h"
#include "common/storage/reader.h"
#include "onereturn/requests/v1/request.pb.h"
#include "services/ingestion/app/requests/matching/claim_reading.h"

namespace onereturn::ingestion {

// 1 April last: of the day itself where it is one. Budgets are of the year that began then.
CivilDay YearBegins(const CivilDay& day);

// Was it issued, on that day, with less notice than its class of change demands?
bool IsLateAsk(const requests::v1::DataRequest& request, const CivilDay& issued);

// When guidance got another edition, as the catalogue was at a position.
class GuidanceChanges {
 public:
  static absl::StatusOr<GuidanceChanges> Read(const Reader& reader, uint64_t sequence);

  // Was a new edition of guidance about the item, or about the collection, accepted after `from`
  // and before `until`?
  bool Between(const std::string& item, const std::string& collection, uint64_t from,
               uint64_t until) const;

 private:
  using Sequences = std::map<std::string, std::vector<uint64_t>>;  // Rising.
  Sequences of_item_;
  Sequences of_collection_;
};

struct RequestSums {
  Account account;  // Over all organisations.
  // Of what the frames did not make owed already; nullopt: nothing was asked.
  std::optional<Timestamp> first_due;
  // Minutes of charged items under guidance that changed after issue and before the return came.
  uint64_t wasted = 0;
  bool asks_providers = false;  // Of something that the frames did not make owed already.

  uint64_t Caused() const { return (account.collected + account.outstanding).Total(); }
};

using RequestSumsByNumber = std::map<uint64_t, RequestSums>;
// Of every request that was issued at `sequence` or before.
absl::StatusOr<RequestSumsByNumber> SumsOfRequests(const Reader& reader, uint64_t sequence);

// Sums requests one after another, as of one position. `reader` must outlive it.
class RequestSummer {
 public:
  static absl::StatusOr<RequestSummer> Make(const Reader* reader, uint64_t sequence);

  absl::StatusOr<RequestSums> Sum(uint64_t request);

 private:
  RequestSummer(const Reader* reader, uint64_t sequence, GuidanceChanges guidance)
      : reader_(reader), sequence_(sequence), guidance_(std::move(guidance)) {}

  absl::Status Add(const ClaimState& claim, RequestSums* sums);
  absl::StatusOr<bool> IsProvider(const std::string& code);

  const Reader* reader_;
  uint64_t sequence_;
  GuidanceChanges guidance_;
  std::map<std::string, bool> providers_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_HOURS_REQUEST_SUMS_H_

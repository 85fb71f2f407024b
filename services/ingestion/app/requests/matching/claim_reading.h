// Claims on returns as they stand at a position.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_CLAIM_READING_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_CLAIM_READING_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/storage/reader.h"
#include "onereturn/storage/v1/records.pb.h"
#include "services/ingestion/domain/requests/claims.h"
#include "services/ingestion/domain/requests/match.h"
#include "services/ingestion/store/obligation_table.h"

namespace onereturn::ingestion {

// One request's obligation, with what became of it at the position it was read at.
struct ClaimState {
  ObligationKey key;
  storage::v1::ObligationRecord record;
  ClaimOutcome outcome;
};

// The claims of one return that were issued at `sequence` or before, in order of issue.
absl::StatusOr<std::vector<ClaimState>> ClaimsOf(const Reader& reader, const ReturnKey& key,
                                                 uint64_t sequence);
// Of one obligation; nullopt where it was not issued by then.
absl::StatusOr<std::optional<ClaimState>> ClaimOf(const Reader& reader, const ObligationKey& key,
                                                  uint64_t sequence);

// What was owed for requests at `sequence`, for matching: read a collection and period at a time,
// and remembered. `reader` must outlive it; thread-compatible.
class OwedForRequests {
 public:
  OwedForRequests(const Reader* reader, uint64_t sequence) : reader_(reader), sequence_(sequence) {}

  // As DueForEarlier.
  std::optional<Timestamp> DueOf(const PartKey& part, const std::string& item);
  // OK, or why something could not be read; then DueOf answered nullopt.
  const absl::Status& status() const { return status_; }

 private:
  // By organisation, the items that are owed, and the return as a whole by an empty code.
  struct FirstIssued {
    uint64_t issued = 0;
    Timestamp due;
  };
  using OfPeriod = std::map<std::string, std::map<std::string, FirstIssued>>;
  absl::StatusOr<OfPeriod> Read(const std::string& collection, const std::string& period) const;

  const Reader* const reader_;
  const uint64_t sequence_;
  std::map<std::pair<std::string, Period>, OfPeriod> known_;
  absl::Status status_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_CLAIM_READING_H_

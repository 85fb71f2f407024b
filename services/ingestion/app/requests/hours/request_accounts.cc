#include "services/ingestion/app/requests/hours/request_accounts.h"

#include "common/status/status_macros.h"
#include "services/ingestion/app/requests/matching/claim_reading.h"
#include "services/ingestion/definitions/minutes_messages.h"
#include "services/ingestion/store/obligation_table.h"

namespace onereturn::ingestion {

absl::StatusOr<std::map<std::string, Account>> AccountsOfRequest(const Reader& reader,
                                                                 uint64_t request,
                                                                 uint64_t sequence) {
  std::map<std::string, Account> accounts;
  RETURN_IF_ERROR(
      VisitAvoided(reader, request,
                   [&](const std::string& organisation,
                       const storage::v1::AvoidedRecord& record) -> absl::StatusOr<bool> {
                     if (record.issue_sequence() > sequence) return true;
                     accounts[organisation].avoided += MinutesOf(record.minutes());
                     return true;
                   }));
  RETURN_IF_ERROR(VisitObligationsOfRequest(
      reader, request, "",
      [&](const ObligationKey& key, const storage::v1::ObligationRecord&) -> absl::StatusOr<bool> {
        ASSIGN_OR_RETURN(const std::optional<ClaimState> claim, ClaimOf(reader, key, sequence));
        if (claim.has_value()) accounts[key.key.organisation] += claim->outcome.account;
        return true;
      }));
  return accounts;
}

absl::StatusOr<std::optional<Account>> AccountOf(const Reader& reader, uint64_t request,
                                                 const std::string& organisation, uint64_t sequence,
                                                 size_t* looked) {
  std::optional<Account> account;
  ASSIGN_OR_RETURN(const auto avoided, FindAvoided(reader, request, organisation));
  if (avoided.has_value() && avoided->issue_sequence() <= sequence) {
    account.emplace().avoided = MinutesOf(avoided->minutes());
  }
  RETURN_IF_ERROR(VisitObligationsOfRequest(
      reader, request, ObligationKeyText({{"", "", organisation}, 0}),
      [&](const ObligationKey& key, const storage::v1::ObligationRecord&) -> absl::StatusOr<bool> {
        if (key.key.organisation != organisation) return false;
        if (looked != nullptr) ++*looked;
        ASSIGN_OR_RETURN(const std::optional<ClaimState> claim, ClaimOf(reader, key, sequence));
        if (!claim.has_value()) return true;
        if (!account.has_value()) account.emplace();
        *account += claim->outcome.account;
        return true;
      }));
  return account;
}

}  // namespace onereturn::ingestion

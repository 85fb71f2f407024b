#include "services/ingestion/app/requests/matching/claim_reading.h"

#include <algorithm>
#include <utility>

#include "common/commit/journal.h"
#include "common/identity/rights.h"
#include "common/status/status_macros.h"
#include "services/ingestion/app/timetable/owed_return.h"
#include "services/ingestion/definitions/minutes_messages.h"

namespace onereturn::ingestion {
namespace {

Claim ClaimIn(const ObligationKey& key, const storage::v1::ObligationRecord& record) {
  Claim claim;
  claim.request = std::to_string(key.request);
  for (int i = 0; i < record.items_size(); ++i) {
    claim.items[record.items(i)] = MinutesOf(record.item_minutes(i));
  }
  claim.return_minutes = MinutesOf(record.return_minutes());
  claim.issued = record.issue_sequence();
  claim.released = record.release_sequence();
  claim.owed_to_collection = record.owed_to_collection();
  return claim;
}

// The return's revisions up to `sequence`, in order.
absl::StatusOr<std::vector<RevisionPlace>> RevisionsUntil(const Reader& reader,
                                                          const ReturnKey& key, uint64_t sequence) {
  std::vector<RevisionPlace> revisions;
  RETURN_IF_ERROR(VisitRevisions(reader, OrganisationScope::National(), key, sequence, 0,
                                 [&](const RevisionPlace& place) -> absl::StatusOr<bool> {
                                   revisions.push_back(place);
                                   return true;
                                 }));
  std::reverse(revisions.begin(), revisions.end());
  return revisions;
}

}  // namespace

absl::StatusOr<std::vector<ClaimState>> ClaimsOf(const Reader& reader, const ReturnKey& key,
                                                 uint64_t sequence) {
  std::vector<ClaimState> states;
  ObligationTerms terms(&reader);
  RETURN_IF_ERROR(
      VisitObligationsOf(reader, key.collection, key.period, key.organisation,
                         [&](const ObligationKey& of,
                             const storage::v1::ObligationRecord& record) -> absl::StatusOr<bool> {
                           if (record.issue_sequence() > sequence) return true;
                           states.push_back({of, record, {}});
                           RETURN_IF_ERROR(terms.Fill(of.request, &states.back().record));
                           return true;
                         }));
  if (states.empty()) return states;
  std::sort(states.begin(), states.end(), [](const ClaimState& a, const ClaimState& b) {
    return a.record.issue_sequence() < b.record.issue_sequence();
  });
  ClaimsOfReturn claims;
  ASSIGN_OR_RETURN(const std::vector<RevisionPlace> revisions,
                   RevisionsUntil(reader, key, sequence));
  for (const RevisionPlace& revision : revisions) claims.revisions.push_back(revision.sequence);
  for (const ClaimState& state : states) {
    Claim claim = ClaimIn(state.key, state.record);
    for (const RevisionPlace& revision : revisions) {
      if (revision.sequence <= claim.issued) continue;
      ASSIGN_OR_RETURN(const bool lacks, LacksItems(reader, state.key, state.record, revision));
      if (!lacks) break;  // It is met: what comes later is not asked about.
      claim.lacking.push_back(revision.sequence);
    }
    claims.claims.push_back(std::move(claim));
  }
  std::vector<ClaimOutcome> outcomes = OutcomesOf(claims, sequence);
  for (size_t i = 0; i < states.size(); ++i) states[i].outcome = std::move(outcomes[i]);
  return states;
}

absl::StatusOr<std::optional<ClaimState>> ClaimOf(const Reader& reader, const ObligationKey& key,
                                                  uint64_t sequence) {
  std::optional<ClaimState> found;
  ASSIGN_OR_RETURN(std::vector<ClaimState> claims, ClaimsOf(reader, key.key, sequence));
  for (ClaimState& claim : claims) {
    if (claim.key.request == key.request) found = std::move(claim);
  }
  return found;
}

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

absl::StatusOr<bool> HasOpen(const Reader& reader, uint64_t request, std::string* passed) {
  bool open = false;
  const std::string from = *passed;
  RETURN_IF_ERROR(VisitObligationsOfRequest(
      reader, request, from,
      [&](const ObligationKey& key,
          const storage::v1::ObligationRecord& record) -> absl::StatusOr<bool> {
        bool over = record.release_sequence() != 0;
        if (!over) {
          ASSIGN_OR_RETURN(over, IsMet(reader, key, record));
        }
        open = !over;
        if (over) *passed = ObligationKeyText(key);
        return over;
      }));
  return open;
}

std::optional<Timestamp> OwedForRequests::DueOf(const PartKey& part, const std::string& item) {
  if (part.collection.empty()) return std::nullopt;
  const auto key = std::make_pair(part.collection, part.period);
  auto found = known_.find(key);
  if (found == known_.end()) {
    absl::StatusOr<OfPeriod> read = Read(part.collection, part.period.ToString());
    if (!read.ok()) {
      status_.Update(read.status());
      return std::nullopt;
    }
    found = known_.emplace(key, *std::move(read)).first;
  }
  const auto organisation = found->second.find(part.organisation);
  if (organisation == found->second.end()) return std::nullopt;
  const auto owed = organisation->second.find(item);
  if (owed == organisation->second.end()) return std::nullopt;
  return owed->second.due;
}

absl::StatusOr<OwedForRequests::OfPeriod> OwedForRequests::Read(const std::string& collection,
                                                                const std::string& period) const {
  OfPeriod owed;
  ObligationTerms terms(reader_);
  RETURN_IF_ERROR(VisitObligationsOf(
      *reader_, collection, period, "",
      [&](const ObligationKey& key,
          const storage::v1::ObligationRecord& record) -> absl::StatusOr<bool> {
        ASSIGN_OR_RETURN(const bool outstanding, WasOutstanding(*reader_, key, record, sequence_));
        if (!outstanding) return true;
        storage::v1::ObligationRecord whole = record;
        RETURN_IF_ERROR(terms.Fill(key.request, &whole));
        auto& of_return = owed[key.key.organisation];
        const FirstIssued one{whole.issue_sequence(), Timestamp{whole.due_micros()}};
        const auto take = [&of_return, &one](const std::string& item) {
          FirstIssued& first = of_return.try_emplace(item, one).first->second;
          if (one.issued < first.issued) first = one;
        };
        take("");
        for (const std::string& item : whole.items()) take(item);
        return true;
      }));
  return owed;
}

}  // namespace onereturn::ingestion

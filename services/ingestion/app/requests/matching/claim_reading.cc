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

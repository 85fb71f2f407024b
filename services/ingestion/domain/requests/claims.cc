#include "services/ingestion/domain/requests/claims.h"

#include <algorithm>
#include <utility>

#include "absl/strings/string_view.h"

namespace onereturn::ingestion {
namespace {

bool Happened(uint64_t fact, uint64_t sequence) { return fact != 0 && fact <= sequence; }

// 0: none is accepted by then.
uint64_t FirstRevisionAfter(uint64_t issued, const ClaimsOfReturn& claims, uint64_t sequence) {
  const auto first = std::upper_bound(claims.revisions.begin(), claims.revisions.end(), issued);
  return first != claims.revisions.end() && *first <= sequence ? *first : 0;
}

Minutes MinutesOf(const Claim& claim) {
  Minutes minutes = claim.return_minutes;
  for (const auto& [item, of_item] : claim.items) minutes += of_item;
  return minutes;
}

struct Share {
  bool charged = false;  // Something is, be it of no minutes.
  Minutes charged_minutes;
  Minutes other_minutes;
};

// What of a return is charged already, as its claims are taken in order of issue.
class Charges {
 public:
  explicit Charges(bool owed_to_collection) : owed_to_collection_(owed_to_collection) {}

  // What of the claim nobody before it is charged with.
  Share Take(const Claim& claim) {
    if (owed_to_collection_) return {false, {}, MinutesOf(claim)};
    Share share;
    (return_charged_ ? share.other_minutes : share.charged_minutes) += claim.return_minutes;
    share.charged = !return_charged_;
    return_charged_ = true;
    // Both are in order: one walk along them.
    std::vector<absl::string_view> all;
    all.reserve(items_.size() + claim.items.size());
    auto taken = items_.begin();
    for (const auto& [item, minutes] : claim.items) {
      while (taken != items_.end() && *taken < item) all.push_back(*taken++);
      const bool first = taken == items_.end() || *taken != item;
      (first ? share.charged_minutes : share.other_minutes) += minutes;
      share.charged |= first;
      if (first) all.push_back(item);
    }
    all.insert(all.end(), taken, items_.end());
    items_ = std::move(all);
    return share;
  }

 private:
  const bool owed_to_collection_;
  bool return_charged_ = false;
  std::vector<absl::string_view> items_;  // In order.
};

ObligationState StateOf(bool charged, bool met) {
  if (met) return charged ? ObligationState::kCollected : ObligationState::kShared;
  return charged ? ObligationState::kOutstanding : ObligationState::kAwaited;
}

}  // namespace

Account& Account::operator+=(const Account& other) {
  collected += other.collected;
  avoided += other.avoided;
  outstanding += other.outstanding;
  released += other.released;
  return *this;
}

std::vector<ClaimOutcome> OutcomesOf(const ClaimsOfReturn& claims, uint64_t sequence) {
  std::vector<ClaimOutcome> outcomes;
  Charges charges(claims.owed_to_collection);
  for (const Claim& claim : claims.claims) {
    if (!Happened(claim.issued, sequence)) continue;
    ClaimOutcome& outcome = outcomes.emplace_back();
    const uint64_t met = FirstRevisionAfter(claim.issued, claims, sequence);
    if (Happened(claim.released, sequence) && (met == 0 || claim.released < met)) {
      outcome.state = ObligationState::kReleased;
      outcome.account.released = MinutesOf(claim);
      continue;
    }
    const Share share = charges.Take(claim);
    outcome.met = met;
    outcome.state = StateOf(share.charged, met != 0);
    outcome.account.avoided = share.other_minutes;
    (met != 0 ? outcome.account.collected : outcome.account.outstanding) = share.charged_minutes;
  }
  return outcomes;
}

}  // namespace onereturn::ingestion

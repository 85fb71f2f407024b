#include "services/ingestion/domain/requests/claims.h"

#include <algorithm>
#include <utility>

#include "absl/strings/string_view.h"

namespace onereturn::ingestion {
namespace {

bool Happened(uint64_t fact, uint64_t sequence) { return fact != 0 && fact <= sequence; }

// How often the return had been sent when the claim was issued.
size_t SentBefore(const Claim& claim, const ClaimsOfReturn& claims) {
  const auto after =
      std::upper_bound(claims.revisions.begin(), claims.revisions.end(), claim.issued);
  return static_cast<size_t>(after - claims.revisions.begin());
}

// The revision that comes after so many; 0: it is not accepted by then.
uint64_t RevisionAfter(size_t sent, const ClaimsOfReturn& claims, uint64_t sequence) {
  return sent < claims.revisions.size() && claims.revisions[sent] <= sequence
             ? claims.revisions[sent]
             : 0;
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
  std::vector<std::string> charged_items;
};

// What of one revision is charged already, as the claims on it are taken in order of issue.
class Charges {
 public:
  explicit Charges(bool owed_to_collection) : owed_to_collection_(owed_to_collection) {}

  // What of the claim nobody before it is charged with.
  Share Take(const Claim& claim) {
    Share share;
    if (owed_to_collection_) {
      share.other_minutes = MinutesOf(claim);
      return share;
    }
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
      if (!first) continue;
      all.push_back(item);
      share.charged_items.push_back(item);
    }
    all.insert(all.end(), taken, items_.end());
    items_ = std::move(all);
    return share;
  }

 private:
  bool owed_to_collection_;
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
  size_t sent = 0;
  Charges charges(claims.owed_to_collection);
  for (const Claim& claim : claims.claims) {
    if (!Happened(claim.issued, sequence)) continue;
    ClaimOutcome& outcome = outcomes.emplace_back();
    if (const size_t before = SentBefore(claim, claims); before != sent) {
      // It asks for a newer revision, which nobody owed.
      sent = before;
      charges = Charges(false);
    }
    const uint64_t met = RevisionAfter(sent, claims, sequence);
    if (Happened(claim.released, sequence) && (met == 0 || claim.released < met)) {
      outcome.state = ObligationState::kReleased;
      outcome.account.released = MinutesOf(claim);
      continue;
    }
    Share share = charges.Take(claim);
    outcome.met = met;
    outcome.state = StateOf(share.charged, met != 0);
    outcome.account.avoided = share.other_minutes;
    outcome.charged_items = std::move(share.charged_items);
    (met != 0 ? outcome.account.collected : outcome.account.outstanding) = share.charged_minutes;
  }
  return outcomes;
}

}  // namespace onereturn::ingestion

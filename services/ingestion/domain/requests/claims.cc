#include "services/ingestion/domain/requests/claims.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/string_view.h"

namespace onereturn::ingestion {
namespace {

bool Happened(uint64_t fact, uint64_t sequence) { return fact != 0 && fact <= sequence; }

// Which revision, counted from 0, meets the claim: the first after its issue that has its items.
// The one after all that are accepted by then, where none of those does.
size_t RevisionFor(const Claim& claim, const std::vector<uint64_t>& revisions) {
  auto meets = std::upper_bound(revisions.begin(), revisions.end(), claim.issued);
  while (meets != revisions.end() &&
         std::binary_search(claim.lacking.begin(), claim.lacking.end(), *meets)) {
    ++meets;
  }
  return static_cast<size_t>(meets - revisions.begin());
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
  // What of the claim nobody before it has, be it charged or owed to the collection.
  Share Take(const Claim& claim) {
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
      if (!first) continue;
      all.push_back(item);
      share.charged_items.push_back(item);
    }
    all.insert(all.end(), taken, items_.end());
    items_ = std::move(all);
    return share;
  }

 private:
  bool return_charged_ = false;
  std::vector<absl::string_view> items_;  // In order.
};

Share OfTheCollection(const Claim& claim) {
  Share share;
  share.other_minutes = MinutesOf(claim);
  return share;
}

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
  const std::vector<uint64_t> revisions(
      claims.revisions.begin(),
      std::upper_bound(claims.revisions.begin(), claims.revisions.end(), sequence));
  std::map<size_t, Charges> charges;  // By the revision, counted from 0.
  for (const Claim& claim : claims.claims) {
    if (!Happened(claim.issued, sequence)) continue;
    ClaimOutcome& outcome = outcomes.emplace_back();
    const size_t revision = RevisionFor(claim, revisions);
    const uint64_t met = revision < revisions.size() ? revisions[revision] : 0;
    if (Happened(claim.released, sequence) && (met == 0 || claim.released < met)) {
      outcome.state = ObligationState::kReleased;
      outcome.account.released = MinutesOf(claim);
      continue;
    }
    Share share = charges[revision].Take(claim);
    // What newer revisions are asked for, the collection does not ask.
    if (claim.owed_to_collection && revision == 0) share = OfTheCollection(claim);
    outcome.met = met;
    outcome.state = StateOf(share.charged, met != 0);
    outcome.account.avoided = share.other_minutes;
    outcome.charged_items = std::move(share.charged_items);
    (met != 0 ? outcome.account.collected : outcome.account.outstanding) = share.charged_minutes;
  }
  return outcomes;
}

}  // namespace onereturn::ingestion

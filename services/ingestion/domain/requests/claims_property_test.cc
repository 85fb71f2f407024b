// Who is charged, against an evaluation that takes the rule word by word: over random histories of
// one return, at every position.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "services/ingestion/domain/requests/claims.h"

namespace onereturn::ingestion {
namespace {

constexpr int kHistoriesEach = 150;  // Of each of the hundred seeds: 15,000.
const std::string kWholeReturn = "(the return)";

struct ChargesSeen {
  int passed_on = 0;       // Charged, though an earlier claim has the item.
  int kept = 0;            // Released after the return came.
  int met_later = 0;       // Issued after a revision, met by another.
  int charged_anew = 0;    // Charged, though an earlier claim on another revision was too.
  int partly_charged = 0;  // Some minutes charged and others not.
};

Minutes AnyClaimMinutes(std::mt19937* random) {
  Minutes minutes;
  for (uint64_t& of_lens : minutes.by_lens) {
    if ((*random)() % 3 == 0) of_lens = (*random)() % 50;
  }
  return minutes;
}

ClaimsOfReturn AnyClaims(uint64_t facts, std::mt19937* random) {
  ClaimsOfReturn history;
  for (uint64_t sequence = 1; sequence <= facts; ++sequence) {
    const uint32_t what = (*random)() % 10;
    if (what < 4) {
      Claim claim{"request", {}, AnyClaimMinutes(random), sequence, 0};
      for (const char* item : {"a", "b", "c", "d"}) {
        if ((*random)() % 2 == 0) claim.items[item] = AnyClaimMinutes(random);
      }
      claim.owed_to_collection = (*random)() % 8 == 0;
      history.claims.push_back(claim);
    } else if (what < 8 && !history.claims.empty()) {
      Claim& claim = history.claims[(*random)() % history.claims.size()];
      if (claim.released == 0) claim.released = sequence;
    } else if (what == 8) {
      history.revisions.push_back(sequence);
      for (Claim& claim : history.claims) {
        if ((*random)() % 4 == 0) claim.lacking.push_back(sequence);
      }
    }
  }
  return history;
}

// What was known at the position: nothing later.
ClaimsOfReturn FactsUntil(const ClaimsOfReturn& history, uint64_t sequence) {
  ClaimsOfReturn known;
  for (Claim claim : history.claims) {
    if (claim.issued > sequence) continue;
    if (claim.released > sequence) claim.released = 0;
    known.claims.push_back(claim);
  }
  for (const uint64_t revision : history.revisions) {
    if (revision <= sequence) known.revisions.push_back(revision);
  }
  return known;
}

std::map<std::string, Minutes> ChargeableParts(const Claim& claim) {
  std::map<std::string, Minutes> parts = claim.items;
  parts[kWholeReturn] = claim.return_minutes;
  return parts;
}

// Of `known`, in which nothing is later than the position.
std::optional<uint64_t> CameFor(const Claim& claim, const ClaimsOfReturn& known) {
  for (const uint64_t revision : known.revisions) {
    const bool lacks =
        std::find(claim.lacking.begin(), claim.lacking.end(), revision) != claim.lacking.end();
    if (revision > claim.issued && !lacks) return revision;
  }
  return std::nullopt;
}

bool IsReleasedClaim(const Claim& claim, const ClaimsOfReturn& known) {
  return claim.released != 0 &&
         (!CameFor(claim, known).has_value() || claim.released < *CameFor(claim, known));
}

// The revision that the claim is met by; 0: that which is to come.
uint64_t RevisionOf(const Claim& claim, const ClaimsOfReturn& known) {
  return CameFor(claim, known).value_or(0);
}

bool IsFirstRevision(uint64_t revision, const ClaimsOfReturn& known) {
  return known.revisions.empty() || revision == known.revisions.front();
}

// Which claim is charged with the part of the revision; nullopt: none of them, for the first that
// has it is owed to the collection.
std::optional<size_t> ChargedWith(const std::string& part, uint64_t revision,
                                  const ClaimsOfReturn& known) {
  for (size_t i = 0; i < known.claims.size(); ++i) {
    const Claim& claim = known.claims[i];
    if (ChargeableParts(claim).count(part) == 0 || RevisionOf(claim, known) != revision ||
        IsReleasedClaim(claim, known)) {
      continue;
    }
    const bool of_frames = claim.owed_to_collection && IsFirstRevision(revision, known);
    return of_frames ? std::nullopt : std::optional<size_t>(i);
  }
  return std::nullopt;
}

ClaimOutcome NaiveOutcome(size_t number, const ClaimsOfReturn& known) {
  const Claim& claim = known.claims[number];
  const bool came = CameFor(claim, known).has_value();
  ClaimOutcome outcome;
  bool charged = false;
  for (const auto& [part, minutes] : ChargeableParts(claim)) {
    if (IsReleasedClaim(claim, known)) {
      outcome.account.released += minutes;
    } else if (ChargedWith(part, RevisionOf(claim, known), known) != number) {
      outcome.account.avoided += minutes;
    } else {
      (came ? outcome.account.collected : outcome.account.outstanding) += minutes;
      charged = true;
      if (part != kWholeReturn) outcome.charged_items.push_back(part);
    }
  }
  if (IsReleasedClaim(claim, known)) {
    outcome.state = ObligationState::kReleased;
    return outcome;
  }
  outcome.met = CameFor(claim, known).value_or(0);
  outcome.state = came ? (charged ? ObligationState::kCollected : ObligationState::kShared)
                       : (charged ? ObligationState::kOutstanding : ObligationState::kAwaited);
  return outcome;
}

Minutes AllMinutesOf(const Claim& claim) {
  Minutes all;
  for (const auto& [part, minutes] : ChargeableParts(claim)) all += minutes;
  return all;
}

void CountCharges(const ClaimsOfReturn& known, const std::vector<ClaimOutcome>& outcomes,
                  ChargesSeen* seen) {
  for (size_t i = 0; i < outcomes.size(); ++i) {
    const Claim& claim = known.claims[i];
    const Account& account = outcomes[i].account;
    const bool charged = (account.collected + account.outstanding).Total() > 0;
    seen->passed_on += i > 0 && charged && outcomes[i - 1].account.released.Total() > 0;
    seen->kept += claim.released != 0 && outcomes[i].met != 0;
    seen->met_later += outcomes[i].met != 0 && known.revisions.front() < claim.issued;
    seen->charged_anew += i > 0 && charged && outcomes[i - 1].met != outcomes[i].met &&
                          outcomes[i - 1].account.collected.Total() > 0;
    seen->partly_charged += charged && account.avoided.Total() > 0;
  }
}

// Where each claim has one minute of the item and none of anything else, one minute is charged at
// most for each revision that came, and one for the next.
void CheckNoneIsChargedTwice(const ClaimsOfReturn& history, uint64_t facts) {
  for (const std::string item : {"a", "b", "c", "d"}) {
    ClaimsOfReturn weighed = history;
    for (Claim& claim : weighed.claims) {
      claim.return_minutes = Minutes{};
      for (auto& [code, minutes] : claim.items) {
        minutes = Minutes{};
        if (code == item) minutes[Lens::kGathering] = 1;
      }
    }
    for (uint64_t sequence = 0; sequence <= facts; ++sequence) {
      std::map<uint64_t, Account> by_revision;  // 0: that which is to come.
      for (const ClaimOutcome& outcome : OutcomesOf(weighed, sequence)) {
        by_revision[outcome.met] += outcome.account;
      }
      for (const auto& [revision, all] : by_revision) {
        RC_ASSERT((all.collected + all.outstanding).Total() <= 1u);
        RC_ASSERT((revision == 0 ? all.collected : all.outstanding).Total() == 0u);
      }
    }
  }
}

void CheckClaims(const ClaimsOfReturn& history, uint64_t facts, ChargesSeen* seen) {
  for (uint64_t sequence = 0; sequence <= facts; ++sequence) {
    const ClaimsOfReturn known = FactsUntil(history, sequence);
    const std::vector<ClaimOutcome> outcomes = OutcomesOf(history, sequence);
    const std::vector<ClaimOutcome> without_later = OutcomesOf(known, sequence);
    RC_ASSERT(outcomes.size() == known.claims.size());
    RC_ASSERT(without_later.size() == outcomes.size());
    for (size_t i = 0; i < outcomes.size(); ++i) {
      const ClaimOutcome expected = NaiveOutcome(i, known);
      RC_ASSERT(outcomes[i].account == expected.account);
      RC_ASSERT(outcomes[i].state == expected.state);
      RC_ASSERT(outcomes[i].met == expected.met);
      RC_ASSERT(outcomes[i].charged_items == expected.charged_items);
      RC_ASSERT(without_later[i].account == outcomes[i].account);
      RC_ASSERT(without_later[i].state == outcomes[i].state);
      RC_ASSERT(outcomes[i].account.Asked() == AllMinutesOf(history.claims[i]));
    }
    CountCharges(known, outcomes, seen);
  }
}

TEST(ClaimsProperty, EveryHistoryIsChargedAsTheRuleSays) {
  ChargesSeen seen;
  const auto holds = [&] {
    std::mt19937 random(*rc::gen::arbitrary<uint32_t>());
    for (int history = 0; history < kHistoriesEach; ++history) {
      const uint64_t facts = random() % 16;
      const ClaimsOfReturn any = AnyClaims(facts, &random);
      CheckClaims(any, facts, &seen);
      CheckNoneIsChargedTwice(any, facts);
    }
  };
  EXPECT_TRUE(rc::check("every history is charged as the rule says", holds));
  EXPECT_GT(seen.passed_on, 1000);
  EXPECT_GT(seen.kept, 1000);
  EXPECT_GT(seen.met_later, 1000);
  EXPECT_GT(seen.charged_anew, 1000);
  EXPECT_GT(seen.partly_charged, 1000);
}

}  // namespace
}  // namespace onereturn::ingestion

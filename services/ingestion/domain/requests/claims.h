// Who is charged for what is collected: docs/collect-once.md, "Who is charged", as a pure function
// of facts at a position.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_CLAIMS_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_CLAIMS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "services/ingestion/domain/requests/minutes.h"

namespace onereturn::ingestion {

// One request's interest in one return. Sequences 0: not so.
struct Claim {
  std::string request;  // Reference.
  std::map<std::string, Minutes> items;
  Minutes return_minutes;  // Of the return as a whole.
  uint64_t issued = 0;     // In order of these the claims of a return are charged; each once.
  uint64_t released = 0;
  // When it was issued the collection's frames made the organisation owe the return: its first
  // revision. Nobody is charged for what of it no claim before has.
  bool owed_to_collection = false;
  // Of the revisions those that lack an item of it, and so do not meet it; rising.
  std::vector<uint64_t> lacking = {};
};

// The claims of one return, and when it was sent.
struct ClaimsOfReturn {
  std::vector<Claim> claims;  // In order of `issued`.
  // Sequences of all its accepted revisions, rising: those before a claim's issue do not meet it.
  std::vector<uint64_t> revisions;
};

struct Account {
  Minutes collected;
  Minutes avoided;
  Minutes outstanding;
  Minutes released;

  Minutes Asked() const { return collected + avoided + outstanding + released; }
  Account& operator+=(const Account& other);
  friend bool operator==(const Account&, const Account&) = default;
};

// The numbers are those of requests.v1.ObligationState.
enum class ObligationState { kOutstanding = 1, kAwaited, kCollected, kShared, kReleased };

struct ClaimOutcome {
  ObligationState state = ObligationState::kOutstanding;
  // What the claim's minutes are: some items may be charged to it and others not.
  Account account;
  uint64_t met = 0;  // The first revision accepted after its issue that has its items; 0: none yet.
  std::vector<std::string> charged_items;  // In order: those whose minutes are charged to it.
};

// As of `sequence`: facts after it have not happened; claims issued after it are left out of the
// answer, which is in order of the others.
std::vector<ClaimOutcome> OutcomesOf(const ClaimsOfReturn& claims, uint64_t sequence);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_CLAIMS_H_

// The plain words of blocks: what is held, and how it serves.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_MATCH_WORDS_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_MATCH_WORDS_H_

#include <string>
#include <vector>

#include "services/ingestion/domain/requests/figure_source.h"

namespace onereturn::ingestion {

// What the words are made of.
struct BlockFacts {
  const Ask* ask = nullptr;
  const AskLine* line = nullptr;
  const LineSubject* subject = nullptr;
  const LinePlan* plan = nullptr;  // Of its first period.
  Cover cover;
  const MatchBlock* block = nullptr;  // All but its words.
  std::vector<std::string> missing;   // The first of those not held: "RXX 2026-03".
};
inline constexpr size_t kMissingNamed = 3;

// "the sum of April to June 2025, held of MSitAE from all 3 months".
std::string WordsOf(const BlockFacts& facts);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_MATCH_WORDS_H_

// What a match found, as the API says it.
#ifndef ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_MATCH_H_
#define ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_MATCH_H_

#include <cstdint>

#include "common/digest/digest.h"
#include "onereturn/requests/v1/match.pb.h"
#include "services/ingestion/domain/requests/ask.h"
#include "services/ingestion/domain/requests/match.h"

namespace onereturn::ingestion {

// `sequence`: of the newest entry of the state that was matched. The summary has everything, its
// digest too.
requests::v1::Match MessageOf(const MatchResult& result, const Ask& ask, uint64_t sequence);

// SHA-256 of the deterministic serialisation of the match without its summary's sequence and
// digest.
Digest DigestOf(requests::v1::Match match);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DEFINITIONS_REQUEST_MATCH_H_

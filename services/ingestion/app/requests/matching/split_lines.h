// Lines of which some is collected already and some is not: one item cannot be both.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_SPLIT_LINES_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_SPLIT_LINES_H_

#include "absl/status/status.h"
#include "services/ingestion/domain/requests/ask.h"
#include "services/ingestion/domain/requests/match.h"

namespace onereturn::ingestion {

// FIELD_INVALID where a line would become a new item for some of its periods or organisations
// alone: what is held of the others would never be given, nor asked. Names both sides. `match` is
// of `ask`.
absl::Status CheckNoLineIsSplit(const Ask& ask, const MatchResult& match);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_MATCHING_SPLIT_LINES_H_

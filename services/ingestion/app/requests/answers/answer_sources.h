// The returns from which a request is answered.
#ifndef ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ANSWERS_ANSWER_SOURCES_H_
#define ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ANSWERS_ANSWER_SOURCES_H_

#include <vector>

#include "services/ingestion/app/requests/matching/stored_matching.h"
#include "services/ingestion/domain/requests/answer.h"

namespace onereturn::ingestion {

// Each once, in order of collection, period, organisation.
std::vector<AnswerSource> SourcesOf(const MatchedRequest& matched);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_APP_REQUESTS_ANSWERS_ANSWER_SOURCES_H_

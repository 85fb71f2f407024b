// The rules of a collection, held against one submission.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_RULE_EXAMINATION_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_RULE_EXAMINATION_H_

#include <set>
#include <string>

#include "absl/types/span.h"
#include "services/ingestion/domain/collection.h"
#include "services/ingestion/domain/judgement.h"
#include "services/ingestion/domain/submission_findings.h"

namespace onereturn::ingestion {

// Adds what each rule finds, in the collection's order, then whether the figures are those of an
// earlier period. `cells` are the submission's as they will be stored, in the same order. A rule
// that reads one of the items `left_out`, of which cells may be missing, is not decided.
void ExamineByRules(const Collection& collection, const Period& period,
                    const Submission& submission, absl::Span<const Cell> cells,
                    const PastReturns& past, const std::set<std::string>& left_out,
                    SubmissionFindings* findings);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_RULE_EXAMINATION_H_

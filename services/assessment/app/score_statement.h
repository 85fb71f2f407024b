// Scoring a quality statement, or scoring it anew.
#ifndef ONERETURN_SERVICES_ASSESSMENT_APP_SCORE_STATEMENT_H_
#define ONERETURN_SERVICES_ASSESSMENT_APP_SCORE_STATEMENT_H_

#include "common/storage/store.h"
#include "onereturn/assessment/v1/assessment_service.pb.h"
#include "services/assessment/app/write_fact.h"

namespace onereturn::assessment {

// A score may rest on at most this many pieces of evidence.
inline constexpr int kMaxEvidenceOfScore = 100;

// Thread safe. Earlier scores are kept; the newest counts.
class ScoreStatement {
 public:
  explicit ScoreStatement(const FactWriter* writer) : writer_(writer) {}

  void Run(const WriteOrigin& origin, v1::ScoreStatementRequest request,
           Respond<v1::Score> respond) const;

 private:
  const FactWriter* const writer_;
};

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_APP_SCORE_STATEMENT_H_

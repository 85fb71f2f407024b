// From the scores of statements to a rating.
#ifndef ONERETURN_SERVICES_ASSESSMENT_DOMAIN_RATING_H_
#define ONERETURN_SERVICES_ASSESSMENT_DOMAIN_RATING_H_

#include <cstdint>
#include <map>
#include <string>

#include "services/assessment/domain/framework.h"

namespace onereturn::assessment {

// Score by code of the statement.
using StatementScores = std::map<std::string, uint32_t>;

struct Rating {
  uint32_t scored = 0;      // Statements scored,
  uint32_t statements = 0;  // of all.
  bool complete = false;    // Every statement is scored.
  uint32_t sum = 0;         // Of the scores given so far.
  // Only when complete: a percentage of some statements is not the assessment's.
  uint32_t percent = 0;
  // Only when complete and the framework is rated: codes of the band the percentage lies in, and of
  // the rating once limiters have had their say.
  std::string band;
  std::string rating;
  std::string limited_by;  // What limited it, in words; empty when nothing did.
  friend bool operator==(const Rating&, const Rating&) = default;
};

// sum / (highest x statements) x 100, rounded half up to whole percent, in integers. `highest` and
// `statements` must be greater than 0.
uint32_t WholePercent(uint64_t sum, uint32_t highest, uint64_t statements);

// The rating by CQC's published method for assessments: statements weigh equally, the percentage is
// rounded before the bands apply (they leave gaps between whole percents), and limiters look at the
// band of the percentage. Of several limiters the one that limits most applies; a limiter never
// raises. The framework must be one that CanRate(); every key of `scores` must be a statement of
// the framework and every value on its scale.
Rating RatingOf(const Framework& framework, const StatementScores& scores);

}  // namespace onereturn::assessment

#endif  // ONERETURN_SERVICES_ASSESSMENT_DOMAIN_RATING_H_

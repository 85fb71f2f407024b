#include "services/assessment/domain/rating.h"

#include <cstddef>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/check.h"

namespace onereturn::assessment {
namespace {

size_t BandOf(const Framework& framework, uint32_t percent) {
  size_t index = 0;
  while (index + 1 < framework.bands.size() && framework.bands[index + 1].from_percent <= percent) {
    ++index;
  }
  return index;
}

// Codes of the statements that score `score` or lower, in the framework's order.
std::vector<std::string> StatementsUpTo(const Framework& framework, const StatementScores& scores,
                                        uint32_t score) {
  std::vector<std::string> low;
  for (const std::string& code : framework.StatementCodes()) {
    if (scores.at(code) <= score) low.push_back(code);
  }
  return low;
}

void Limit(const Framework& framework, const StatementScores& scores, size_t band, Rating* rating) {
  size_t best = band;
  for (const Limiter& limiter : framework.limiters) {
    if (limiter.band != framework.bands[band].code) continue;
    const size_t limited_to = framework.BandIndex(limiter.limited_to).value();
    const std::vector<std::string> low = StatementsUpTo(framework, scores, limiter.score);
    if (low.empty() || limited_to >= best) continue;
    best = limited_to;
    rating->limited_by =
        absl::StrCat(framework.bands[band].title, " by percentage, limited to ",
                     framework.bands[limited_to].title, ": score of ", limiter.score,
                     limiter.score > framework.scale.front().score ? " or lower" : "", " for ",
                     absl::StrJoin(low, ", "));
  }
  rating->rating = framework.bands[best].code;
}

}  // namespace

uint32_t WholePercent(uint64_t sum, uint32_t highest, uint64_t statements) {
  const uint64_t most = highest * statements;
  ONERETURN_CHECK(most > 0);
  // floor(100 sum / most + 1/2) without leaving the integers.
  return static_cast<uint32_t>((200 * sum + most) / (2 * most));
}

Rating RatingOf(const Framework& framework, const StatementScores& scores) {
  Rating rating;
  rating.statements = static_cast<uint32_t>(framework.StatementCount());
  rating.scored = static_cast<uint32_t>(scores.size());
  for (const auto& [code, score] : scores) {
    ONERETURN_CHECK(framework.HasStatement(code) && framework.HasScore(score));
    rating.sum += score;
  }
  rating.complete = rating.scored == rating.statements;
  if (!rating.complete) return rating;
  rating.percent = WholePercent(rating.sum, framework.HighestScore(), rating.statements);
  if (!framework.rated) return rating;
  const size_t band = BandOf(framework, rating.percent);
  rating.band = framework.bands[band].code;
  Limit(framework, scores, band, &rating);
  return rating;
}

}  // namespace onereturn::assessment

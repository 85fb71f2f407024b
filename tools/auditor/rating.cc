#include "tools/auditor/rating.h"

#include <algorithm>
#include <cstdint>

namespace onereturn::auditor {
namespace {

int IndexOfBand(const assessment::v1::Framework& framework, const std::string& code) {
  for (int i = 0; i < framework.bands_size(); ++i) {
    if (framework.bands(i).code() == code) return i;
  }
  return framework.bands_size();
}

// The highest band whose floor is reached; the first when none is.
int BandOf(const assessment::v1::Framework& framework, uint32_t percent) {
  int band = 0;
  for (int i = 1; i < framework.bands_size(); ++i) {
    if (framework.bands(i).from_percent() <= percent) band = i;
  }
  return band;
}

}  // namespace

assessment::v1::Rating Rate(const assessment::v1::Framework& framework,
                            const std::map<std::string, assessment::v1::Score>& scores) {
  assessment::v1::Rating rating;
  uint32_t lowest = UINT32_MAX;
  uint32_t statements = 0;
  for (const auto& theme : framework.themes()) {
    statements += static_cast<uint32_t>(theme.statements_size());
  }
  for (const auto& [statement, score] : scores) {
    rating.set_sum(rating.sum() + score.score());
    lowest = std::min(lowest, score.score());
  }
  rating.set_statements(statements);
  rating.set_scored(static_cast<uint32_t>(scores.size()));
  rating.set_complete(rating.scored() == statements);
  if (!rating.complete() || framework.scale().empty() || framework.bands().empty()) return rating;
  const uint64_t most = uint64_t{framework.scale(framework.scale_size() - 1).score()} * statements;
  const uint64_t hundredfold = uint64_t{100} * rating.sum();
  const bool up = 2 * (hundredfold % most) >= most;
  rating.set_percent(static_cast<uint32_t>(hundredfold / most + (up ? 1 : 0)));
  if (!framework.rated()) return rating;
  const int band = BandOf(framework, rating.percent());
  int limited = band;
  for (const auto& limiter : framework.limiters()) {
    if (limiter.band() == framework.bands(band).code() && lowest <= limiter.score()) {
      limited = std::min(limited, IndexOfBand(framework, limiter.limited_to()));
    }
  }
  rating.set_band(framework.bands(band).code());
  rating.set_rating(framework.bands(limited).code());
  return rating;
}

}  // namespace onereturn::auditor

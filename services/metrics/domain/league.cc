#include "services/metrics/domain/league.h"

#include <algorithm>
#include <cmath>
#include <compare>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/status/status_macros.h"

namespace onereturn::metrics {
namespace {

// Why a value does not enter; empty: it does.
std::string ReasonAgainst(const MetricDefinition& definition, const MetricValue& value) {
  switch (value.state) {
    case ValueState::kMissing:
      return "no return is held for the period";
    case ValueState::kNotCollected:
      return "the figure is not collected";
    case ValueState::kNotApplicable:
      return "the figure does not apply: there is nothing to divide by";
    case ValueState::kValue:
      break;
  }
  if (!definition.eligibility.empty() && value.eligibility <= 0) {
    return absl::StrCat("not eligible: ", definition.eligibility_text);
  }
  return "";
}

// Whether `left` is strictly better than `right`, exactly.
bool Better(const MetricDefinition& definition, const MetricValue& left, const MetricValue& right) {
  const std::partial_ordering order = Ratio::Compare(left.ratio, right.ratio);
  return definition.direction == Direction::kLowerIsBetter ? order < 0 : order > 0;
}

uint32_t QuartileOf(const MetricDefinition& definition, const Quartiles& quartiles, double number) {
  if (definition.direction == Direction::kLowerIsBetter) {
    if (number <= quartiles.first) return 1;
    if (number <= quartiles.median) return 2;
    return number <= quartiles.third ? 3 : 4;
  }
  if (number >= quartiles.third) return 1;
  if (number >= quartiles.median) return 2;
  return number >= quartiles.first ? 3 : 4;
}

}  // namespace

double QuantileType7(absl::Span<const double> sorted, double probability) {
  ONERETURN_CHECK(!sorted.empty() && probability >= 0 && probability <= 1);
  const double place = static_cast<double>(sorted.size() - 1) * probability;
  const size_t below = static_cast<size_t>(std::floor(place));
  if (below + 1 >= sorted.size()) return sorted.back();
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[below + 1] - sorted[below]);
}

League RankValues(const MetricDefinition& definition, std::vector<MetricValue> values) {
  League league;
  for (MetricValue& value : values) {
    std::string reason = ReasonAgainst(definition, value);
    if (reason.empty()) {
      league.entries.push_back(LeagueEntry{0, std::move(value), 0});
    } else {
      league.exclusions.push_back(Exclusion{value.organisation, std::move(reason)});
    }
  }
  std::sort(league.exclusions.begin(), league.exclusions.end(),
            [](const Exclusion& a, const Exclusion& b) { return a.organisation < b.organisation; });
  if (league.entries.empty()) return league;

  std::sort(league.entries.begin(), league.entries.end(),
            [&definition](const LeagueEntry& a, const LeagueEntry& b) {
              if (Better(definition, a.value, b.value)) return true;
              if (Better(definition, b.value, a.value)) return false;
              return a.value.organisation < b.value.organisation;
            });
  std::vector<double> numbers;
  numbers.reserve(league.entries.size());
  for (const LeagueEntry& entry : league.entries) numbers.push_back(entry.value.Number());
  std::sort(numbers.begin(), numbers.end());
  league.quartiles = Quartiles{QuantileType7(numbers, 0.25), QuantileType7(numbers, 0.5),
                               QuantileType7(numbers, 0.75)};
  for (size_t i = 0; i < league.entries.size(); ++i) {
    LeagueEntry& entry = league.entries[i];
    const bool tie = i > 0 && !Better(definition, league.entries[i - 1].value, entry.value);
    entry.rank = tie ? league.entries[i - 1].rank : static_cast<uint32_t>(i + 1);
    entry.quartile = QuartileOf(definition, *league.quartiles, entry.value.Number());
  }
  return league;
}

absl::StatusOr<League> ComputeLeague(MetricReader* reader, const MetricDefinition& definition,
                                     const Period& period) {
  ASSIGN_OR_RETURN(std::vector<MetricValue> values,
                   reader->Values(definition, OrganisationType::kProvider, period));
  // A provider that neither owes the collection nor sent it has no place in the table at all.
  values.erase(std::remove_if(values.begin(), values.end(),
                              [](const MetricValue& value) {
                                return value.state == ValueState::kMissing &&
                                       value.coverage.expected == 0;
                              }),
               values.end());
  return RankValues(definition, std::move(values));
}

}  // namespace onereturn::metrics

// Providers ranked on a metric in one period, with quartiles.
#ifndef ONERETURN_SERVICES_METRICS_DOMAIN_LEAGUE_H_
#define ONERETURN_SERVICES_METRICS_DOMAIN_LEAGUE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "services/metrics/domain/value.h"

namespace onereturn::metrics {

struct LeagueEntry {
  uint32_t rank = 0;  // From 1, the best; equal values share the best rank.
  MetricValue value;
  uint32_t quartile = 0;  // 1 is the best quarter to 4.
};

struct Exclusion {
  std::string organisation;
  std::string reason;  // In words.
  friend bool operator==(const Exclusion&, const Exclusion&) = default;
};

// Of the ranked values, from the least to the greatest.
struct Quartiles {
  double first = 0;
  double median = 0;
  double third = 0;
  friend bool operator==(const Quartiles&, const Quartiles&) = default;
};

struct League {
  std::vector<LeagueEntry> entries;    // The best first, equal values in order of code.
  std::optional<Quartiles> quartiles;  // Absent without entries.
  std::vector<Exclusion> exclusions;   // In order of code.
};

// The quantile of type 7 (Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996):
// linear between the order statistics around h = (n - 1) x probability. `sorted` is ascending and
// not empty; probability 0 to 1.
double QuantileType7(absl::Span<const double> sorted, double probability);

// Ranks the values. One enters where its state is kValue and, if the definition has eligibility
// terms, their sum is above 0; every other is an exclusion with its reason. A value on a quartile's
// border belongs to the better side. Of a neutral metric the greatest comes first.
League RankValues(const MetricDefinition& definition, std::vector<MetricValue> values);

// Every provider that owes the metric's collection in the period or sent it, ranked.
absl::StatusOr<League> ComputeLeague(MetricReader* reader, const MetricDefinition& definition,
                                     const Period& period);

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_DOMAIN_LEAGUE_H_

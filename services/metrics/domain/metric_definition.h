// The definition of a metric: which cells of one collection's returns enter its two sums, and what
// the quotient is compared with. A version of a definition is never changed.
#ifndef ONERETURN_SERVICES_METRICS_DOMAIN_METRIC_DEFINITION_H_
#define ONERETURN_SERVICES_METRICS_DOMAIN_METRIC_DEFINITION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/cells/cell.h"
#include "common/decimal/decimal.h"

namespace onereturn::metrics {

// Limits of a definition: far above any published metric, low enough that a leaf stays cheap to
// compute.
inline constexpr size_t kMaxTerms = 256;
inline constexpr size_t kMaxPairingItems = 32;
inline constexpr size_t kMaxPairingDimensions = kMaxTerms;
inline constexpr size_t kMaxCodeBytes = 64;
inline constexpr uint32_t kMaxDisplayDigits = 6;

// Which way is better. Stored on disk: never renumber.
enum class Direction : uint8_t { kHigherIsBetter = 1, kLowerIsBetter = 2, kNeutral = 3 };

// A signed sum over the cells of one item.
struct Term {
  std::string item;
  int sign = 1;                       // 1 or -1.
  std::vector<DimensionValue> where;  // Only cells with these values; empty: all cells of the item.
  friend bool operator==(const Term&, const Term&) = default;
};

// A tuple of these dimensions enters both sums only where every item named holds a number: at least
// one cell of the item lies at the tuple, and none of its cells there is null. A cell that lacks
// one of the dimensions stands outside the pairing and enters by itself.
struct Pairing {
  std::vector<std::string> dimensions;
  std::vector<std::string> items;
  friend bool operator==(const Pairing&, const Pairing&) = default;
};

// value = factor x numerator / denominator.
struct MetricDefinition {
  std::string code;
  uint32_t version = 0;  // Given by the service: 1, 2, ...
  std::string display_name;
  std::string description;
  std::string unit;
  Direction direction = Direction::kNeutral;
  std::string collection;  // Code of the collection whose returns feed it.
  std::vector<Term> numerator;
  std::vector<Term> denominator;   // Empty: a count; the metric is the numerator itself.
  std::optional<Pairing> pairing;  // Absent: every cell with a number enters.
  uint32_t factor = 1;             // 100 for a percentage, 1 for a count.
  std::optional<Decimal> target;   // The national standard.
  std::vector<Term> eligibility;   // League tables take a provider only where this sum is above 0.
  std::string eligibility_text;    // In words, for the exclusions.
  uint32_t display_digits = 0;
  friend bool operator==(const MetricDefinition&, const MetricDefinition&) = default;

  bool IsCount() const { return denominator.empty(); }
};

// DEFINITION_INVALID with every fault found, each with its field. The version is not looked at: the
// service gives it.
absl::Status ValidateDefinition(const MetricDefinition& definition);

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_DOMAIN_METRIC_DEFINITION_H_

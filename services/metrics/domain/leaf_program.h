// Definitions made ready for computing leaves from many returns: what they say is gathered by item,
// so that a cell costs a few comparisons however many definitions there are.
#ifndef ONERETURN_SERVICES_METRICS_DOMAIN_LEAF_PROGRAM_H_
#define ONERETURN_SERVICES_METRICS_DOMAIN_LEAF_PROGRAM_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "services/metrics/domain/leaf.h"
#include "services/metrics/domain/metric_definition.h"

namespace onereturn::metrics {

// Immutable: thread safe.
class LeafProgram {
 public:
  // Copies what it needs of the definitions.
  explicit LeafProgram(absl::Span<const MetricDefinition* const> definitions);

  // The leaves of the definitions, in their order, over the chunks of one return, each decoded
  // once. CELLS_CORRUPT for a damaged chunk. A pure function. Memory grows with the tuples of the
  // pairings' dimensions, not with the cells.
  absl::StatusOr<std::vector<Leaf>> Run(absl::Span<const std::string> chunks,
                                        uint32_t revision) const;

 private:
  class Sums;  // Of one return.

  static constexpr size_t kNoPairing = SIZE_MAX;

  // A cell has the value in one of its item's `dimensions`.
  struct Condition {
    size_t dimension = 0;
    std::string value;
    friend bool operator==(const Condition&, const Condition&) = default;
  };
  // A term of a definition: which sum it enters, and under which of its item's `conditions`.
  struct Use {
    enum class Sum : uint8_t { kNumerator, kDenominator, kEligibility } sum;
    int sign = 1;
    std::vector<size_t> conditions;
  };
  // All that one definition says of the item.
  struct Part {
    size_t definition = 0;
    size_t pairing = kNoPairing;  // Among the item's `pairings`.
    uint32_t pairing_bit = 0;     // 0: the pairing does not name the item.
    std::vector<Use> uses;
  };
  // A list of dimensions by whose values cells are paired.
  struct ItemPairing {
    size_t pairing = 0;  // Among `pairings_`.
    std::vector<size_t> dimensions;
  };
  // All that the definitions say of one item, and what has to be known of its cells for that.
  struct Item {
    std::vector<std::string> dimensions;
    std::vector<Condition> conditions;
    std::vector<ItemPairing> pairings;
    std::vector<Part> parts;
  };

  // The part of a definition in an item, added when it is not there.
  Part* PartOf(const std::string& item, size_t definition);
  void AddTerms(const std::vector<Term>& terms, Use::Sum sum, size_t definition);
  void AddPairing(const Pairing& pairing, size_t definition);

  std::map<std::string, Item, std::less<>> items_;
  std::vector<std::vector<std::string>> pairings_;  // Distinct lists of dimensions.
  std::vector<uint32_t> all_pairing_bits_;          // By definition.
};

}  // namespace onereturn::metrics

#endif  // ONERETURN_SERVICES_METRICS_DOMAIN_LEAF_PROGRAM_H_

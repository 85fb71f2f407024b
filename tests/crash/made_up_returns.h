// Collections and returns made up from a seed: the same seed always gives the same cells, so that a
// test can tell long afterwards what must be stored.
#ifndef ONERETURN_TESTS_CRASH_MADE_UP_RETURNS_H_
#define ONERETURN_TESTS_CRASH_MADE_UP_RETURNS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/cells/cell.h"
#include "common/digest/digest.h"
#include "onereturn/config/v1/definitions.pb.h"
#include "onereturn/returns/v1/returns_service.pb.h"

namespace onereturn {

// A collection whose items all have the same dimensions. No rules, a long layout.
struct MadeUpCollection {
  std::string code;
  int items = 1;
  std::vector<int> codes_by_dimension;  // How many codes each dimension has.

  size_t CellCount() const;
};

inline constexpr char kMadeUpLayout[] = "long";
// The metric that DefinitionsOf() defines: the sum of all cells of the first item.
inline constexpr char kMadeUpMetric[] = "made_up_total";

// "ORG001" to the number asked for.
std::vector<std::string> MadeUpOrganisations(int count);
// "2000-01" and the months after it.
std::string MadeUpMonth(int number);

// The organisations (providers), the items, the collection, and one metric over it.
config::v1::DefinitionSet DefinitionsOf(const MadeUpCollection& collection,
                                        const std::vector<std::string>& organisations);

// All cells, in the order in which they are stored. Mostly whole numbers, some with fractions, some
// nulls.
std::vector<Cell> CellsOf(const MadeUpCollection& collection, uint64_t seed);
// The content hash that a revision with these cells has.
Digest CellDigestOf(std::vector<Cell> cells);

returns::v1::SubmitReturnRequest MadeUpReturn(const MadeUpCollection& collection,
                                              absl::string_view organisation,
                                              absl::string_view period,
                                              absl::string_view request_id, uint64_t seed);

// A file in the long layout with a return of each organisation, made from its seed.
std::string MadeUpFile(const MadeUpCollection& collection, absl::string_view period,
                       const std::vector<std::pair<std::string, uint64_t>>& organisations);

}  // namespace onereturn

#endif  // ONERETURN_TESTS_CRASH_MADE_UP_RETURNS_H_

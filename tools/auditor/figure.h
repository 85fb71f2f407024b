// A published figure, from the cells alone: arithmetic and hierarchy of the auditor's own, after
// proto/onereturn/metrics/v1/metric.proto and the catalogue's definitions.
#ifndef ONERETURN_TOOLS_AUDITOR_FIGURE_H_
#define ONERETURN_TOOLS_AUDITOR_FIGURE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "onereturn/catalogue/v1/catalogue.pb.h"
#include "onereturn/metrics/v1/metric.pb.h"
#include "onereturn/metrics/v1/value.pb.h"
#include "tools/auditor/cells.h"
#include "tools/auditor/period_days.h"

namespace onereturn::auditor {

__extension__ using Wide = __int128;
__extension__ using UnsignedWide = unsigned __int128;

// A number of millionths as decimal text without needless digits: "5536", "-0.5".
std::string DecimalText(Wide millionths);

// What one provider's cells, or those of several, come to.
struct Sums {
  Wide numerator = 0;    // In millionths.
  Wide denominator = 0;  // In millionths; 0 for a count.
  uint64_t numbers = 0;  // Cells whose number is in a sum.
  uint64_t nulls = 0;    // Cells selected that hold none.

  void Add(const Sums& other);
};

// Signed sums over the cells that the terms select. With a pairing, cells that have all its
// dimensions enter only with their tuple, and a tuple enters only where each item of the pairing
// has a number there and none a null.
Sums SumOf(const metrics::v1::Metric& metric, const std::vector<Cell>& cells);

using Organisations = std::map<std::string, catalogue::v1::Organisation>;  // By code.

// The providers whose figures are an organisation's on a day, by code; nullopt when no hierarchy is
// in force there. A provider is its own; an ICB has those tied to it; a region those tied to it
// directly; the nation those of its regions. Of several ties of one kind the lead counts, else the
// greatest share, else the first code.
std::optional<std::vector<std::string>> ProvidersOf(const Organisations& organisations,
                                                    const catalogue::v1::Organisation& of,
                                                    const std::string& day);

// What the ledger says of one period of one metric.
struct FigureBasis {
  metrics::v1::Metric metric;
  PeriodDays period;
  Organisations organisations;
  // Items that may be added over organisations, by code.
  std::map<std::string, bool> additive;
  std::map<std::string, Sums> by_provider;  // Of the newest revisions.
};

struct Figure {
  metrics::v1::ValueState state = metrics::v1::VALUE_STATE_UNSPECIFIED;
  std::string numerator;
  std::string denominator;
  double value = 0;
  uint64_t providers = 0;  // That sent a return.
};

// The figure of an organisation, by code; nullopt when it is not defined.
std::optional<Figure> Compute(const FigureBasis& basis, const std::string& organisation);

// In which a served value differs from the figure, in words; nullopt when in nothing.
std::optional<std::string> Difference(const Figure& figure, const metrics::v1::MetricValue& served);

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_FIGURE_H_

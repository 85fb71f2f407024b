// The figures of an answer, made from the cells that are held.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_ANSWER_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_ANSWER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/cells/cell.h"
#include "common/decimal/decimal.h"
#include "common/decimal/ratio.h"
#include "common/digest/digest.h"
#include "services/ingestion/domain/requests/match.h"

namespace onereturn::ingestion {

// As catalogue.v1.Disclosure.
struct DisclosureRule {
  uint32_t suppressed_to = 0;
  uint32_t rounded_to = 0;
  std::string rule;
};

// One figure. One of value and ratio; neither where it is a null or suppressed.
struct AnswerFigure {
  std::vector<DimensionValue> dimensions;  // Sorted by dimension.
  std::optional<Decimal> value;
  // Of a formula whose value is no decimal of six places: in lowest terms, factor 1; both sides
  // fit 64 bits, and are millionths of millionths where they would not as millionths.
  std::optional<Ratio> ratio;
  NullReason null_reason = NullReason::kNotCollected;  // Without both.
  bool suppressed = false;
  std::string suppressed_by;  // Of a suppressed one: the words of the rule.
  uint32_t parts = 0;         // Returns that are needed for it.
  // Those of them that hold a number for it, or no cell where the item is sparse.
  uint32_t parts_held = 0;
  std::string derivation;  // In words, or the formula; empty: as it was sent.
};

// Reads the cells of one item of a return that is held.
using CellReader = absl::FunctionRef<absl::StatusOr<std::vector<Cell>>(
    const FigureSource::Part& part, const std::string& item)>;

// What is known of an item of a formula.
struct FormulaInput {
  const KnownItem* item = nullptr;
  DisclosureRule disclosure;
};
using FormulaInputs = std::map<std::string, FormulaInput>;  // By code.

// The figures of one line, organisation and period, in order of dimensions: docs/collect-once.md,
// "The figures of an answer". A sum of which a part is missing or a null is a null with that part's
// reason (NOT_COLLECTED where it is missing), and says how many parts hold a number; so is a
// formula over such. What is shown of a ratio is made of parts that are shown: where an item of it
// is suppressed, so is the ratio.
//
// The order of parts and of cells does not matter. Errors: those of `read`; DEFINITION_INVALID
// where a figure is too great to be one, or the formula is no number; INTERNAL where the source
// sums what may not be summed.
absl::StatusOr<std::vector<AnswerFigure>> EvaluateFigures(
    const FigureSource& source, const KnownItem& item, const Period& period,
    const DisclosureRule& disclosure, const FormulaInputs& inputs, CellReader read);
// Each item of a formula is taken to be as the derived item is: sparse as it is, by its rule alone.
absl::StatusOr<std::vector<AnswerFigure>> EvaluateFigures(const FigureSource& source,
                                                          const KnownItem& item,
                                                          const Period& period,
                                                          const DisclosureRule& disclosure,
                                                          CellReader read);

// One revision from which an answer was made.
struct AnswerSource {
  PartKey key;
  uint32_t revision = 0;
};
// In order of collection, period, organisation, each once: docs/collect-once.md.
Digest SourcesDigest(const std::vector<AnswerSource>& sources);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_ANSWER_H_

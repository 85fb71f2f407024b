// The figures of an answer, made from the cells that are held.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_ANSWER_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_ANSWER_H_

#include <cstdint>
#include <functional>
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

// One figure. Exactly one of value and ratio, or a null reason.
struct AnswerFigure {
  std::vector<DimensionValue> dimensions;  // Sorted by dimension.
  std::optional<Decimal> value;
  std::optional<Ratio> ratio;  // Of a formula whose value is no decimal of six places.
  NullReason null_reason = NullReason::kNotCollected;  // Without both.
  bool suppressed = false;                             // By the item's rule; without both.
  uint32_t parts = 0;                                  // Returns that are needed for it.
  uint32_t parts_held =
      0;  // Those of them that hold a number for it, or no cell where the item is sparse.
  std::string derivation;  // In words, or the formula; empty: as it was sent.
};

// Reads the cells of one item of a return that is held.
using CellReader = absl::FunctionRef<absl::StatusOr<std::vector<Cell>>(
    const FigureSource::Part& part, const std::string& item)>;

// The figures of one line, organisation and period, in order of dimensions. A sum of which a part
// is missing or a null is a null with that part's reason (NOT_COLLECTED where it is missing), and
// says how many parts hold a number; so is a formula over such. Of a ratio, what is shown is made
// of parts that are shown: where an item of it is suppressed, so is the ratio. `formula` as in
// KnownItem; null: the line is an item.
absl::StatusOr<std::vector<AnswerFigure>> EvaluateFigures(const FigureSource& source,
                                                          const KnownItem& item,
                                                          const Period& period,
                                                          const DisclosureRule& disclosure,
                                                          CellReader read);

// One revision from which an answer was made.
struct AnswerSource {
  PartKey key;
  uint32_t revision = 0;
  Digest cell_digest = {};
};
// In order of collection, period, organisation, each once: docs/collect-once.md.
Digest SourcesDigest(const std::vector<AnswerSource>& sources);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_ANSWER_H_

// The figures of a derived item: its formula over the sums of its items, as they are shown.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_FORMULA_FIGURES_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_FORMULA_FIGURES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "services/ingestion/domain/requests/answer.h"

namespace onereturn::ingestion {

// As EvaluateFigures; `item` has a formula. Disclosed.
absl::StatusOr<std::vector<AnswerFigure>> FormulaFigures(
    const FigureSource& source, const KnownItem& item, const Period& period,
    const DisclosureRule& disclosure, const FormulaInputs& inputs, CellReader read);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_FORMULA_FIGURES_H_

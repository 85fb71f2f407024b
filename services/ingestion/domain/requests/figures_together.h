// The figures of several organisations that are shown beside one another.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_FIGURES_TOGETHER_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_FIGURES_TOGETHER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "services/ingestion/domain/requests/answer.h"

namespace onereturn::ingestion {

// May what is shown of one organisation hang on what is shown of others?
bool AreShownTogether(const KnownItem& item, const DisclosureRule& disclosure,
                      const FormulaInputs& inputs);

// One organisation of a line and period.
struct FiguresWanted {
  std::string organisation;
  const FigureSource* source = nullptr;
};

// As EvaluateFigures, of each in their order; and no sum of some of them tells, by what is shown of
// others, what is hidden of one (HideRemainders). Of a formula that holds of each of its items, as
// if they were shown, and where it does not divide of what comes of it too.
absl::StatusOr<std::vector<std::vector<AnswerFigure>>> EvaluateTogether(
    absl::Span<const FiguresWanted> wanted, const KnownItem& item, const Period& period,
    const DisclosureRule& disclosure, const FormulaInputs& inputs, CellReader read);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_FIGURES_TOGETHER_H_

// The figures of several organisations that are shown beside one another.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_FIGURES_TOGETHER_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_FIGURES_TOGETHER_H_

#include <cstddef>
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

// Positions in `wanted` of those whose figures may tell of one another: of which some are made of
// the returns of the same organisation, at once or by way of others. In order, and by their first.
std::vector<std::vector<size_t>> GroupsTogether(absl::Span<const FiguresWanted> wanted);

// Figures of several organisations that are held in memory at once: some 60 MB with one dimension,
// a few times that of a formula with many.
inline constexpr size_t kMostFiguresTogether = 100'000;

// As EvaluateFigures, of each in their order; and no sum of some of them tells, by what is shown of
// others, what is hidden of one (HideRemainders). Of a formula that holds of each of its items, as
// if they were shown, and where it does not divide of what comes of it too. TOO_MANY_ITEMS where
// those of several organisations, or of the items of their formula, are more than `most`.
absl::StatusOr<std::vector<std::vector<AnswerFigure>>> EvaluateTogether(
    absl::Span<const FiguresWanted> wanted, const KnownItem& item, const Period& period,
    const DisclosureRule& disclosure, const FormulaInputs& inputs, CellReader read,
    size_t most = kMostFiguresTogether);

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_FIGURES_TOGETHER_H_

#include "services/ingestion/domain/requests/figures_together.h"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "services/ingestion/domain/requests/disclosure.h"
#include "services/ingestion/domain/requests/figure_sums.h"
#include "services/ingestion/domain/requests/formula_figures.h"

namespace onereturn::ingestion {
namespace {

using FiguresOfEach = std::vector<std::vector<AnswerFigure>>;

void AddOrganisations(const FigureParts& parts, std::set<std::string>* organisations) {
  for (const FigureSource::Part& part : parts) organisations->insert(part.key.organisation);
}

void HideRemaindersOfLine(absl::Span<const FiguresWanted> wanted, const KnownItem& item,
                          const DisclosureRule& disclosure, FiguresOfEach* figures) {
  if (disclosure.suppressed_to == 0 || wanted.empty()) return;
  std::vector<ShownFigures> shown;
  for (size_t i = 0; i < wanted.size(); ++i) {
    std::set<std::string> made_of;
    for (const auto& [code, parts] : wanted[i].source->parts_of_item) {
      AddOrganisations(parts, &made_of);
    }
    shown.push_back({std::move(made_of), &(*figures)[i]});
  }
  HideRemainders(disclosure, DimensionsWithTotals(wanted.front().source->dimensions, item), shown);
}

// `read` are the evaluations of those that are wanted; `input`: which item of the formula.
void HideRemaindersOfInput(absl::Span<const FiguresWanted> wanted, size_t input,
                           std::deque<FormulaEvaluation>* read) {
  const InputFigures& first = read->front().inputs()[input];
  if (first.rule.suppressed_to == 0) return;
  std::vector<ShownFigures> shown;
  for (size_t i = 0; i < wanted.size(); ++i) {
    InputFigures& own = (*read)[i].inputs()[input];
    std::set<std::string> made_of;
    AddOrganisations(*own.parts, &made_of);
    shown.push_back({std::move(made_of), &own.figures});
  }
  HideRemainders(first.rule, first.may_hold_totals, shown);
}

}  // namespace

bool AreShownTogether(const KnownItem& item, const DisclosureRule& disclosure,
                      const FormulaInputs& inputs) {
  if (disclosure.suppressed_to > 0) return true;
  return item.formula.has_value() &&
         std::any_of(inputs.begin(), inputs.end(),
                     [](const auto& input) { return input.second.disclosure.suppressed_to > 0; });
}

absl::StatusOr<FiguresOfEach> EvaluateTogether(absl::Span<const FiguresWanted> wanted,
                                               const KnownItem& item, const Period& period,
                                               const DisclosureRule& disclosure,
                                               const FormulaInputs& inputs, CellReader read) {
  FiguresOfEach all;
  std::deque<FormulaEvaluation> formulas;  // Of each, where the line is one.
  for (const FiguresWanted& one : wanted) {
    if (item.formula.has_value()) {
      formulas.emplace_back(*one.source, item, period, disclosure, inputs);
      const absl::Status status = formulas.back().Read(read);
      if (!status.ok()) return status;
      continue;
    }
    absl::StatusOr<std::vector<AnswerFigure>> figures =
        EvaluateFigures(*one.source, item, period, disclosure, inputs, read);
    if (!figures.ok()) return std::move(figures).status();
    all.push_back(*std::move(figures));
  }
  const size_t items = formulas.empty() ? 0 : formulas.front().inputs().size();
  for (size_t input = 0; input < items; ++input) HideRemaindersOfInput(wanted, input, &formulas);
  for (const FormulaEvaluation& formula : formulas) {
    absl::StatusOr<std::vector<AnswerFigure>> figures = formula.Figures();
    if (!figures.ok()) return std::move(figures).status();
    all.push_back(*std::move(figures));
  }
  if (!item.formula.has_value() || !item.formula->Divides()) {
    HideRemaindersOfLine(wanted, item, disclosure, &all);
  }
  return all;
}

}  // namespace onereturn::ingestion

// The figures of a derived item: its formula over the sums of its items, as they are shown.
#ifndef ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_FORMULA_FIGURES_H_
#define ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_FORMULA_FIGURES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/expression/cell_table.h"
#include "common/expression/evaluation.h"
#include "services/ingestion/domain/requests/answer.h"
#include "services/ingestion/domain/requests/figure_sums.h"

namespace onereturn::ingestion {

// One item of a formula: its figures wherever the formula reads it, as they are shown.
struct InputFigures {
  std::string code;
  const FigureParts* parts = nullptr;
  DisclosureRule rule;  // The stricter of its own and the derived item's.
  std::set<std::string> may_hold_totals;
  std::vector<AnswerFigure> figures;
  std::vector<std::set<uint32_t>> parts_held;  // Of each figure.
  // Positions in `figures`, by the values of those asked dimensions that the item has.
  std::map<FigurePlace, std::vector<size_t>> at;
  std::set<std::string> dimensions;  // Those.
};

// Of one organisation and period. What it is made with must outlive it. Arguments and errors are
// those of EvaluateFigures; `item` has a formula.
class FormulaEvaluation {
 public:
  FormulaEvaluation(const FigureSource& source, const KnownItem& item, const Period& period,
                    const DisclosureRule& disclosure, const FormulaInputs& inputs)
      : source_(source), item_(item), period_(period), disclosure_(disclosure), inputs_(inputs) {}

  // First, once.
  absl::Status Read(CellReader read);
  // In the formula's order of items. Whoever shows several organisations may hide more of them.
  std::vector<InputFigures>& inputs() { return inputs_read_; }
  // Made of the inputs as they are now; disclosed.
  absl::StatusOr<std::vector<AnswerFigure>> Figures() const;

 private:
  const KnownItem& KnownInput(const std::string& code) const;
  absl::Status ReadSums(CellReader read);
  // Has the derived item these values?
  bool IsOfLine(const FigurePlace& place) const;
  std::set<FigurePlace> Places() const;
  absl::StatusOr<InputFigures> InputOf(const std::string& code) const;
  absl::StatusOr<AnswerFigure> FigureOf(const FigurePlace& place) const;
  void CountParts(const FigurePlace& place, AnswerFigure* figure) const;
  // What the inputs at a place make of it before the formula is asked. Fills the table.
  void TakeInputs(const FigurePlace& place, CellTable* table, AnswerFigure* figure,
                  bool* is_null) const;
  absl::Status TakeOutcome(const Evaluation& evaluation, AnswerFigure* figure) const;

  const FigureSource& source_;
  const KnownItem& item_;
  const Period& period_;
  const DisclosureRule& disclosure_;
  const FormulaInputs& inputs_;
  std::map<std::string, FigureSums> sums_;
  std::set<FigurePlace> places_;
  std::vector<InputFigures> inputs_read_;
};

}  // namespace onereturn::ingestion

#endif  // ONERETURN_SERVICES_INGESTION_DOMAIN_REQUESTS_FORMULA_FIGURES_H_

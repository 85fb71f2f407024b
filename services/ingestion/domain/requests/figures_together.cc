#include "services/ingestion/domain/requests/figures_together.h"

#include <algorithm>
#include <deque>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "services/ingestion/domain/requests/disclosure.h"
#include "services/ingestion/domain/requests/figure_sums.h"
#include "services/ingestion/domain/requests/formula_figures.h"

namespace onereturn::ingestion {
namespace {

using FiguresOfEach = std::vector<std::vector<AnswerFigure>>;

// Numbers items of returns.
class PartNumbers {
 public:
  void Add(const std::string& item, const FigureParts& parts, std::set<size_t>* numbers) {
    for (const FigureSource::Part& part : parts) {
      numbers->insert(numbers_.try_emplace({item, part.key}, numbers_.size()).first->second);
    }
  }
  std::set<size_t> Of(const FigureSource& source) {
    std::set<size_t> numbers;
    for (const auto& [item, parts] : source.parts_of_item) Add(item, parts, &numbers);
    return numbers;
  }

 private:
  std::map<std::pair<std::string, PartKey>, size_t> numbers_;
};

std::set<std::string> OrganisationsOf(const FigureSource& source) {
  std::set<std::string> organisations;
  for (const auto& [item, parts] : source.parts_of_item) {
    for (const FigureSource::Part& part : parts) organisations.insert(part.key.organisation);
  }
  return organisations;
}

absl::Status CheckNotTooMany(size_t organisations, size_t figures, size_t most) {
  if (organisations < 2 || figures <= most) return absl::OkStatus();
  return Error(Reason::kTooManyItems,
               "too many figures may tell of one another to be shown at once")
      .Field("data_request.lines",
             absl::StrCat(organisations,
                          " organisations, some of which are made of others, have "
                          "more than ",
                          most,
                          " figures of one line and period, some of which may "
                          "not be shown"))
      .Remedy(
          "Ask in several requests, each for some of the values of its dimensions, or for "
          "organisations of one level: what is held costs nobody anything.");
}

void HideRemaindersOfLine(absl::Span<const FiguresWanted> wanted, const KnownItem& item,
                          const DisclosureRule& disclosure, FiguresOfEach* figures) {
  if (disclosure.suppressed_to == 0 || wanted.empty()) return;
  PartNumbers numbers;
  std::vector<ShownFigures> shown;
  for (size_t i = 0; i < wanted.size(); ++i) {
    shown.push_back({numbers.Of(*wanted[i].source), &(*figures)[i]});
  }
  HideRemainders(disclosure, DimensionsWithTotals(wanted.front().source->dimensions, item), shown);
}

// `read` are the evaluations of those that are wanted; `input`: which item of the formula.
void HideRemaindersOfInput(absl::Span<const FiguresWanted> wanted, size_t input,
                           std::deque<FormulaEvaluation>* read) {
  const InputFigures& first = read->front().inputs()[input];
  if (first.rule.suppressed_to == 0) return;
  PartNumbers numbers;
  std::vector<ShownFigures> shown;
  for (size_t i = 0; i < wanted.size(); ++i) {
    InputFigures& own = (*read)[i].inputs()[input];
    std::set<size_t> made_of;
    numbers.Add(own.code, *own.parts, &made_of);
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

std::vector<std::vector<size_t>> GroupsTogether(absl::Span<const FiguresWanted> wanted) {
  std::vector<size_t> group(wanted.size());  // By position: one before it of its group, or itself.
  std::iota(group.begin(), group.end(), size_t{0});
  const auto first_of = [&group](size_t position) {
    while (group[position] != position) position = group[position] = group[group[position]];
    return position;
  };
  std::map<std::string, size_t> user_of;  // By organisation whose returns are summed.
  for (size_t i = 0; i < wanted.size(); ++i) {
    for (const std::string& organisation : OrganisationsOf(*wanted[i].source)) {
      const auto [user, is_new] = user_of.emplace(organisation, i);
      if (is_new) continue;
      const size_t left = first_of(user->second);
      const size_t right = first_of(i);
      group[std::max(left, right)] = std::min(left, right);
    }
  }
  std::map<size_t, std::vector<size_t>> groups;
  for (size_t i = 0; i < wanted.size(); ++i) groups[first_of(i)].push_back(i);
  std::vector<std::vector<size_t>> in_order;
  for (auto& [first, positions] : groups) in_order.push_back(std::move(positions));
  return in_order;
}

absl::StatusOr<FiguresOfEach> EvaluateTogether(absl::Span<const FiguresWanted> wanted,
                                               const KnownItem& item, const Period& period,
                                               const DisclosureRule& disclosure,
                                               const FormulaInputs& inputs, CellReader read,
                                               size_t most) {
  FiguresOfEach all;
  size_t held = 0;
  std::deque<FormulaEvaluation> formulas;  // Of each, where the line is one.
  for (const FiguresWanted& one : wanted) {
    if (item.formula.has_value()) {
      formulas.emplace_back(*one.source, item, period, disclosure, inputs);
      const absl::Status status = formulas.back().Read(read);
      if (!status.ok()) return status;
      for (const InputFigures& input : formulas.back().inputs()) held += input.figures.size();
      const absl::Status few = CheckNotTooMany(wanted.size(), held, most);
      if (!few.ok()) return few;
      continue;
    }
    absl::StatusOr<std::vector<AnswerFigure>> figures =
        EvaluateFigures(*one.source, item, period, disclosure, inputs, read);
    if (!figures.ok()) return std::move(figures).status();
    held += figures->size();
    const absl::Status few = CheckNotTooMany(wanted.size(), held, most);
    if (!few.ok()) return few;
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

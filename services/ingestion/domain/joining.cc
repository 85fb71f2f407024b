#include "services/ingestion/domain/joining.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/ingestion/domain/cell_order.h"

namespace onereturn::ingestion {
namespace {

size_t BytesOf(const ExplanationGiven& given) {
  size_t bytes = given.rule.size() + given.text.size();
  if (!given.cell.has_value()) return bytes;
  bytes += given.cell->item.size();
  for (const DimensionValue& one : given.cell->dimensions) {
    bytes += one.dimension.size() + one.value.size();
  }
  return bytes;
}

// Those of `held` that go on being true: see Join().
std::vector<ExplanationGiven> KeptExplanations(std::vector<ExplanationGiven> held,
                                               const OrderedCells& kept,
                                               const std::vector<ExplanationGiven>& given) {
  std::vector<ExplanationGiven> stay;
  for (ExplanationGiven& one : held) {
    const bool stays =
        one.cell.has_value()
            ? kept.Has(*one.cell)
            : std::none_of(given.begin(), given.end(), [&one](const ExplanationGiven& other) {
                return !other.cell.has_value() && other.rule == one.rule;
              });
    if (stays) stay.push_back(std::move(one));
  }
  return stay;
}

void AddExplanations(std::vector<ExplanationGiven> kept, Submission* sent, Findings* findings) {
  if (kept.empty()) return;
  std::vector<ExplanationGiven>& all = sent->explanations;
  all.insert(all.end(), std::make_move_iterator(kept.begin()), std::make_move_iterator(kept.end()));
  const size_t bytes =
      std::accumulate(all.begin(), all.end(), size_t{0},
                      [](size_t sum, const ExplanationGiven& one) { return sum + BytesOf(one); });
  if (all.size() <= kMaxExplanations && bytes <= kMaxExplanationsBytes) return;
  Finding finding;
  finding.code = "EXPLANATION";
  finding.organisation = sent->organisation;
  finding.message =
      "With those that are held, there are more explanations than a return takes: 100, and 32 KiB "
      "of them together.";
  finding.suggestion = "Send the whole return, with the explanations that still hold.";
  findings->Add(std::move(finding));
}

Finding NotHeld(const Submission& sent, size_t index) {
  Finding finding;
  finding.code = "CELL_NOT_HELD";
  finding.organisation = sent.organisation;
  finding.cell = sent.cells[index];
  if (index < sent.places.size()) finding.place = sent.places[index];
  finding.message = absl::StrCat(DescribeCell(sent.cells[index]),
                                 " is to be taken out, and is not held: nothing is there.");
  finding.suggestion = "Leave it out, or correct the item and dimension values.";
  return finding;
}

// `kept` comes to what was sent.
void ComeTo(std::vector<Cell> kept, Submission* sent) {
  const bool with_places = !sent->places.empty();
  std::vector<Cell>& cells = sent->cells;
  sent->held_from = cells.size();
  cells.reserve(cells.size() + kept.size());
  cells.insert(cells.end(), std::make_move_iterator(kept.begin()),
               std::make_move_iterator(kept.end()));
  if (with_places) sent->places.resize(cells.size());
}

// Those of the held cells that stay.
std::vector<Cell> KeptCells(const Joining& joining, const std::vector<Cell>& sent,
                            std::vector<Cell> held) {
  const bool of_a_part = joining.mode == SubmitMode::kReplace;
  const OrderedCells named(sent);
  held.erase(std::remove_if(held.begin(), held.end(),
                            [&](const Cell& cell) {
                              return of_a_part ? joining.part->count(cell.item) > 0
                                               : named.Has(cell);
                            }),
             held.end());
  return held;
}

}  // namespace

Findings Join(const Joining& joining, HeldContent held, Submission* sent) {
  Findings findings;
  if (!joining.AsksForHeld()) return findings;
  if (joining.mode == SubmitMode::kDelete) {
    const OrderedCells places(held.cells);
    for (size_t i = 0; i < sent->cells.size(); ++i) {
      if (!places.Has(sent->cells[i])) findings.Add(NotHeld(*sent, i));
    }
  }
  std::vector<Cell> kept = KeptCells(joining, sent->cells, std::move(held.cells));
  std::vector<ExplanationGiven> explanations =
      KeptExplanations(std::move(held.explanations), OrderedCells(kept), sent->explanations);
  if (joining.mode == SubmitMode::kDelete) {
    // A reason beside a figure that is taken out goes with it.
    std::vector<ExplanationGiven>& given = sent->explanations;
    given.erase(std::remove_if(given.begin(), given.end(),
                               [](const ExplanationGiven& one) { return one.cell.has_value(); }),
                given.end());
    sent->cells = std::move(kept);
    sent->held_from = 0;
    sent->places.clear();
  } else {
    ComeTo(std::move(kept), sent);
  }
  AddExplanations(std::move(explanations), sent, &findings);
  return findings;
}

}  // namespace onereturn::ingestion

#include "services/ingestion/domain/rule_history.h"

#include <algorithm>
#include <tuple>

#include "common/base/check.h"

namespace onereturn::ingestion {
namespace {

bool StandsBefore(const Cell* a, const Cell* b) {
  return std::tie(a->item, a->dimensions) < std::tie(b->item, b->dimensions);
}

}  // namespace

const CellSource* ItemHistory::Before(uint32_t periods_before) const {
  if (periods_before > rule_.PriorPeriods()) return nullptr;
  if (auto made = tables_.find(periods_before); made != tables_.end()) return &made->second;
  const auto earlier = std::find_if(
      history_.begin(), history_.end(),
      [periods_before](const EarlierReturn& one) { return one.periods_before == periods_before; });
  if (earlier == history_.end()) return nullptr;
  const std::vector<std::string>& items = rule_.expression.Items();
  CellTable& table = tables_[periods_before];
  for (const Cell& cell : earlier->cells) {
    if (std::binary_search(items.begin(), items.end(), cell.item)) {
      table.Add(cell.item, cell.dimensions, cell.value);
    }
  }
  return &table;
}

OneCellHistory::OneCellHistory(const RuleSpec& rule, const ReturnHistory& history) {
  const uint32_t furthest = rule.PriorPeriods();
  for (const EarlierReturn& earlier : history) {
    if (earlier.periods_before > furthest) continue;
    periods_.try_emplace(earlier.periods_before, this, earlier.cells);
  }
}

const CellSource* OneCellHistory::Before(uint32_t periods_before) const {
  const auto found = periods_.find(periods_before);
  return found == periods_.end() ? nullptr : &found->second;
}

OneCellHistory::CellsOfPeriod::CellsOfPeriod(const OneCellHistory* history,
                                             const std::vector<Cell>& cells)
    : history_(history) {
  ordered_.reserve(cells.size());
  for (const Cell& cell : cells) ordered_.push_back(&cell);
  // As they are stored they are in order already.
  if (!std::is_sorted(ordered_.begin(), ordered_.end(), StandsBefore)) {
    std::sort(ordered_.begin(), ordered_.end(), StandsBefore);
  }
}

void OneCellHistory::CellsOfPeriod::Visit(
    absl::string_view item, const Bindings& /*bindings*/,
    absl::FunctionRef<void(const SourceCell&)> visitor) const {
  ONERETURN_CHECK(history_->cell_ != nullptr);
  if (item != kCellName) return;
  const auto found =
      std::lower_bound(ordered_.begin(), ordered_.end(), history_->cell_, StandsBefore);
  if (found == ordered_.end() || StandsBefore(history_->cell_, *found)) return;
  visitor(SourceCell{{}, (*found)->value});
}

}  // namespace onereturn::ingestion

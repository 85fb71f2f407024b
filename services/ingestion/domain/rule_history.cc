#include "services/ingestion/domain/rule_history.h"

#include <algorithm>

#include "common/base/check.h"

namespace onereturn::ingestion {
const EarlierReturn* PastReturnsHeld::Before(uint32_t periods_before) const {
  const auto earlier = std::find_if(
      history_.begin(), history_.end(),
      [periods_before](const EarlierReturn& one) { return one.periods_before == periods_before; });
  return earlier == history_.end() ? nullptr : &*earlier;
}

const CellSource* ItemHistory::Before(uint32_t periods_before) const {
  if (periods_before > rule_.PriorPeriods()) return nullptr;
  if (auto made = tables_.find(periods_before); made != tables_.end()) return &made->second;
  const EarlierReturn* const earlier = past_.Before(periods_before);
  if (earlier == nullptr) return nullptr;
  const std::vector<std::string>& items = rule_.expression.Items();
  CellTable& table = tables_[periods_before];
  for (const Cell& cell : earlier->cells) {
    if (std::binary_search(items.begin(), items.end(), cell.item)) {
      table.Add(cell.item, cell.dimensions, cell.value);
    }
  }
  return &table;
}

const CellSource* OneCellHistory::Before(uint32_t periods_before) const {
  if (periods_before > furthest_) return nullptr;
  if (auto made = periods_.find(periods_before); made != periods_.end()) return &made->second;
  const EarlierReturn* const earlier = past_.Before(periods_before);
  if (earlier == nullptr) return nullptr;
  return &periods_.try_emplace(periods_before, this, earlier->cells).first->second;
}

OneCellHistory::CellsOfPeriod::CellsOfPeriod(const OneCellHistory* history,
                                             const std::vector<Cell>& cells)
    : history_(history), ordered_(cells) {}

void OneCellHistory::CellsOfPeriod::Visit(
    absl::string_view item, const Bindings& /*bindings*/,
    absl::FunctionRef<void(const SourceCell&)> visitor) const {
  ONERETURN_CHECK(history_->cell_ != nullptr);
  if (item != kCellName) return;
  const Cell* const found = ordered_.Find(*history_->cell_);
  if (found != nullptr) visitor(SourceCell{{}, found->value});
}

}  // namespace onereturn::ingestion

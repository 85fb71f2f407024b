#include "services/ingestion/domain/stale_copy.h"

#include <algorithm>

#include "services/ingestion/domain/cell_order.h"

namespace onereturn::ingestion {
namespace {

bool Same(const OrderedCells& a, const OrderedCells& b) {
  return std::equal(a.all().begin(), a.all().end(), b.all().begin(), b.all().end(),
                    [](const Cell* x, const Cell* y) { return *x == *y; });
}

}  // namespace

std::optional<uint32_t> PeriodsSinceCopied(const StaleCopySpec& spec, absl::Span<const Cell> cells,
                                           const PastReturns& past) {
  const auto figures = std::count_if(cells.begin(), cells.end(), [](const Cell& cell) {
    return cell.value.has_value() && *cell.value != Decimal();
  });
  if (spec.periods == 0 || static_cast<uint64_t>(figures) < spec.least_figures) return std::nullopt;
  const OrderedCells now(cells);
  for (uint32_t before = 1; before <= spec.periods; ++before) {
    const EarlierReturn* const earlier = past.Before(before);
    if (earlier == nullptr || earlier->cells.size() != cells.size()) continue;
    if (Same(now, OrderedCells(earlier->cells))) return before;
  }
  return std::nullopt;
}

}  // namespace onereturn::ingestion

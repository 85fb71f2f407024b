#include "services/ingestion/domain/stale_copy.h"

#include <algorithm>
#include <tuple>
#include <vector>

namespace onereturn::ingestion {
namespace {

using Ordered = std::vector<const Cell*>;  // By item and dimensions.

Ordered InOrder(absl::Span<const Cell> cells) {
  Ordered ordered;
  ordered.reserve(cells.size());
  for (const Cell& cell : cells) ordered.push_back(&cell);
  std::sort(ordered.begin(), ordered.end(), [](const Cell* a, const Cell* b) {
    return std::tie(a->item, a->dimensions) < std::tie(b->item, b->dimensions);
  });
  return ordered;
}

bool Same(const Ordered& a, const Ordered& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Cell* x, const Cell* y) { return *x == *y; });
}

}  // namespace

std::optional<uint32_t> PeriodsSinceCopied(const StaleCopySpec& spec, absl::Span<const Cell> cells,
                                           const PastReturns& past) {
  const auto figures = std::count_if(cells.begin(), cells.end(), [](const Cell& cell) {
    return cell.value.has_value() && *cell.value != Decimal();
  });
  if (spec.periods == 0 || static_cast<uint64_t>(figures) < spec.least_figures) return std::nullopt;
  const Ordered now = InOrder(cells);
  for (uint32_t before = 1; before <= spec.periods; ++before) {
    const EarlierReturn* const earlier = past.Before(before);
    if (earlier == nullptr || earlier->cells.size() != cells.size()) continue;
    if (Same(now, InOrder(earlier->cells))) return before;
  }
  return std::nullopt;
}

}  // namespace onereturn::ingestion

#include "services/ingestion/domain/collection.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace onereturn::ingestion {
namespace {

// Visits the cells of `item` from dimension `place` on; false once `visit` has answered false.
bool VisitItemCells(const ItemSpec& item, size_t place, Cell* cell,
                    absl::FunctionRef<bool(const Cell& cell)> visit) {
  if (place == item.dimensions.size()) return visit(*cell);
  const DimensionSpec& dimension = item.dimensions[place];
  for (const std::string& value : dimension.values) {
    cell->dimensions[place] = DimensionValue{dimension.code, value};
    if (!VisitItemCells(item, place + 1, cell, visit)) return false;
  }
  return true;
}

constexpr size_t kValuesShown = 10;

}  // namespace

bool DimensionSpec::Has(const std::string& value) const {
  return values.count(value) > 0 || (organisations != nullptr && organisations->count(value) > 0);
}

bool DimensionSpec::HasEver(const std::string& value) const {
  return Has(value) || (organisations_ever != nullptr && organisations_ever->count(value) > 0);
}

std::string DimensionSpec::Description() const {
  std::string words =
      organisations == nullptr ? "" : "the code of an organisation of the catalogue";
  size_t shown = 0;
  for (const std::string& value : values) {
    if (shown++ == kValuesShown) {
      absl::StrAppend(&words, ", ...");
      break;
    }
    absl::StrAppend(&words, words.empty() ? "" : ", ", value);
  }
  return words;
}

bool ItemSpec::IsSparse() const {
  return std::any_of(dimensions.begin(), dimensions.end(),
                     [](const DimensionSpec& dimension) { return dimension.sparse; });
}

uint64_t ItemSpec::CellCount() const {
  if (IsSparse()) return 0;
  uint64_t count = 1;
  for (const DimensionSpec& dimension : dimensions) {
    if (__builtin_mul_overflow(count, uint64_t{dimension.values.size()}, &count)) return UINT64_MAX;
  }
  return count;
}

bool ItemSpec::HasCell(const std::vector<DimensionValue>& cell_dimensions) const {
  bool fits = cell_dimensions.size() == dimensions.size();
  for (size_t i = 0; fits && i < dimensions.size(); ++i) {
    fits = cell_dimensions[i].dimension == dimensions[i].code &&
           dimensions[i].Has(cell_dimensions[i].value);
  }
  return fits;
}

bool OrganisationListSpec::Holds(absl::string_view organisation, const Period& period) const {
  const auto found = members.find(std::string(organisation));
  return found != members.end() &&
         std::any_of(found->second.begin(), found->second.end(),
                     [&](const PeriodSpan& span) { return span.Covers(period); });
}

bool Collection::HasDesirable() const {
  return std::any_of(items.begin(), items.end(),
                     [](const auto& item) { return !item.second.essential; });
}

uint64_t Collection::CellCount() const {
  uint64_t count = 0;
  for (const auto& [item_code, item] : items) {
    if (__builtin_add_overflow(count, item.CellCount(), &count)) return UINT64_MAX;
  }
  return count;
}

bool Collection::Owes(absl::string_view organisation, const Period& period) const {
  if (frames.empty()) return true;
  auto found = frames.find(std::string(organisation));
  if (found == frames.end()) return false;
  return std::any_of(found->second.begin(), found->second.end(),
                     [&](const PeriodSpan& span) { return span.Covers(period); });
}

bool Collection::DoesNotCollect(absl::string_view organisation, const Period& period,
                                absl::string_view item) const {
  auto found = not_collected.find(std::string(organisation));
  if (found == not_collected.end()) return false;
  return std::any_of(found->second.begin(), found->second.end(), [&](const NotCollectedSpec& spec) {
    return spec.span.Covers(period) && spec.items.count(std::string(item)) > 0;
  });
}

uint32_t Collection::PriorPeriods() const {
  uint32_t periods = stale_copy.periods;
  for (const RuleSpec& rule : rules) periods = std::max(periods, rule.PriorPeriods());
  return periods;
}

std::set<std::string> Collection::HistoryItems() const {
  std::set<std::string> read;
  bool reads_all = stale_copy.periods > 0;
  for (const RuleSpec& rule : rules) {
    if (rule.PriorPeriods() == 0) continue;
    reads_all = reads_all || rule.each_cell;
    if (!rule.each_cell) read.merge(rule.expression.PriorItems());
  }
  if (!reads_all) return read;
  for (const auto& [code, item] : items) read.insert(code);
  return read;
}

uint64_t Collection::HistoryCellCount() const {
  uint64_t count = 0;
  for (const std::string& item : HistoryItems()) {
    const auto found = items.find(item);
    if (found == items.end()) continue;
    if (__builtin_add_overflow(count, found->second.CellCount(), &count)) return UINT64_MAX;
  }
  if (__builtin_mul_overflow(count, uint64_t{PriorPeriods()}, &count)) return UINT64_MAX;
  return count;
}

const RuleSpec* Collection::RuleOfValues(absl::string_view dimension) const {
  for (const RuleSpec& rule : rules) {
    if (!rule.values_of.empty() && rule.values_of == dimension) return &rule;
  }
  return nullptr;
}

const LayoutSpec* Collection::FindLayout(absl::string_view layout_code) const {
  for (const LayoutSpec& layout : layouts) {
    if (layout.code == layout_code) return &layout;
  }
  return nullptr;
}

const LayoutSpec* Collection::FindLongLayout() const {
  for (const LayoutSpec& layout : layouts) {
    if (std::holds_alternative<LongLayout>(layout.shape)) return &layout;
  }
  return nullptr;
}

void Collection::VisitCells(absl::FunctionRef<bool(const Cell& cell)> visit) const {
  for (const auto& [item_code, item] : items) {
    if (item.IsSparse()) continue;
    Cell cell;
    cell.item = item_code;
    cell.dimensions.resize(item.dimensions.size());
    if (!VisitItemCells(item, 0, &cell, visit)) return;
  }
}

}  // namespace onereturn::ingestion

#include "services/ingestion/domain/requests/finer_views.h"

#include <algorithm>
#include <map>

#include "services/ingestion/domain/requests/held_returns.h"

namespace onereturn::ingestion {
namespace {

const KnownDimension* DimensionOf(const KnownItem& item, const std::string& code) {
  for (const KnownDimension& dimension : item.dimensions) {
    if (dimension.code == code) return &dimension;
  }
  return nullptr;
}

bool HasValue(const KnownDimension& dimension, const std::string& value,
              const KnownCatalogue& catalogue) {
  return dimension.values.count(value) > 0 ||
         (dimension.organisations && catalogue.organisations.count(value) > 0);
}

const KnownCollection* HomeOn(const std::string& item, const CivilDay& day,
                              const KnownCatalogue& catalogue) {
  for (const auto& [code, collection] : catalogue.collections) {
    for (const KnownCollection& stretch : collection.stretches) {
      if (stretch.days.Covers(day) && stretch.items.count(item) > 0) return &stretch;
    }
  }
  return nullptr;
}

// Of the kind of the period, or of periods of which it is made up.
bool HasHome(const std::string& code, const KnownItem& item, const Period& period,
             const KnownCatalogue& catalogue) {
  const KnownCollection* home = HomeOn(code, period.start(), catalogue);
  if (home == nullptr) return false;
  if (home->period_kind == period.kind()) return true;
  if (!item.additive_over_time) return false;
  std::optional<CivilDay> day = period.start();
  while (day.has_value() && *day <= period.end()) {
    home = HomeOn(code, *day, catalogue);
    if (home == nullptr) return false;
    const std::optional<Period> part = WholePeriodFrom(home->period_kind, *day, period);
    if (!part.has_value()) return false;
    day = part->end().PlusDays(1);
  }
  return true;
}

bool HasAll(const KnownDimension& view, const KnownDimension& item) {
  return (view.organisations || !item.organisations) &&
         std::includes(view.values.begin(), view.values.end(), item.values.begin(),
                       item.values.end());
}

bool AddsUpOver(const KnownItem& item, const std::vector<AskedDimension>& asked) {
  return std::all_of(item.dimensions.begin(), item.dimensions.end(), [&](const auto& dimension) {
    return dimension.adds_up || std::any_of(asked.begin(), asked.end(), [&](const auto& one) {
             return one.code == dimension.code;
           });
  });
}

// A view may have some values alone of a dimension of its item: all of them are not what it gives.
bool IsWhole(const KnownItem& view, const KnownItem& item,
             const std::vector<AskedDimension>& asked) {
  return std::all_of(view.dimensions.begin(), view.dimensions.end(), [&](const auto& dimension) {
    const KnownDimension* of_item = DimensionOf(item, dimension.code);
    if (of_item == nullptr || HasAll(dimension, *of_item)) return true;
    return std::any_of(asked.begin(), asked.end(), [&](const auto& one) {
      return one.code == dimension.code && !one.values.empty();
    });
  });
}

bool HasAllAsked(const std::string& code, const KnownItem& item,
                 const std::vector<AskedDimension>& asked, const Period& period,
                 const KnownCatalogue& catalogue) {
  return FirstLacked(item, asked, catalogue).dimension.empty() && AddsUpOver(item, asked) &&
         HasHome(code, item, period, catalogue);
}

bool InputsHaveAllAsked(const KnownItem& derived, const std::vector<AskedDimension>& asked,
                        const Period& period, const KnownCatalogue& catalogue) {
  for (const std::string& code : derived.formula->Items()) {
    const KnownItem* input = ItemOn(catalogue, code, period.start());
    if (input == nullptr || input->formula.has_value()) return false;
    const std::vector<AskedDimension> picked = InputDimensions(code, derived, asked);
    if (!FirstLacked(*input, asked, catalogue).dimension.empty() || !AddsUpOver(*input, picked) ||
        !HasHome(code, *input, period, catalogue)) {
      return false;
    }
  }
  return !derived.formula->Items().empty();
}

bool CanGive(const std::string& code, const DimensionsOf& asked_of, const Period& period,
             const KnownCatalogue& catalogue) {
  const KnownItem* item = ItemOn(catalogue, code, period.start());
  if (item == nullptr) return false;
  const auto asked = asked_of(*item, period);
  if (!asked.has_value()) return false;
  if (!item->formula.has_value()) return HasAllAsked(code, *item, *asked, period, catalogue);
  return FirstLacked(*item, *asked, catalogue).dimension.empty() &&
         InputsHaveAllAsked(*item, *asked, period, catalogue);
}

}  // namespace

Lacked FirstLacked(const KnownItem& item, const std::vector<AskedDimension>& asked,
                   const KnownCatalogue& catalogue) {
  for (const AskedDimension& dimension : asked) {
    const KnownDimension* known = DimensionOf(item, dimension.code);
    if (known == nullptr) return {dimension.code, {}};
    Lacked lacked;
    for (const std::string& value : dimension.values) {
      if (!HasValue(*known, value, catalogue)) lacked.values.push_back(value);
    }
    if (lacked.values.empty()) continue;
    lacked.dimension = dimension.code;
    return lacked;
  }
  return {};
}

std::vector<AskedDimension> AllDimensions(const KnownItem& item) {
  std::vector<AskedDimension> all;
  for (const KnownDimension& dimension : item.dimensions) all.push_back({dimension.code, {}});
  return all;
}

std::vector<AskedDimension> InputDimensions(const std::string& input, const KnownItem& derived,
                                            std::vector<AskedDimension> asked) {
  size_t references = 0;
  std::map<std::string, size_t> by_one_value;  // So many of them pick one value of the dimension.
  for (const ItemReference& reference : derived.formula->References()) {
    if (reference.item != input) continue;
    ++references;
    for (const ItemSelection& selection : reference.selections) {
      if (selection.values.size() == 1) ++by_one_value[selection.dimension];
    }
  }
  for (const auto& [dimension, count] : by_one_value) {
    if (count == references) asked.push_back({dimension, {}});
  }
  return asked;
}

std::string FinerViewOf(const std::string& item, const DimensionsOf& of_item,
                        const DimensionsOf& of_view, const std::vector<Period>& periods,
                        const KnownCatalogue& catalogue) {
  std::optional<bool> item_can;  // Looked at only where there is a view of it.
  for (const auto& [code, versions] : catalogue.items) {
    if (code == item || versions.front().refines != item) continue;
    if (!item_can.has_value()) {
      item_can = std::all_of(periods.begin(), periods.end(), [&](const Period& period) {
        return CanGive(item, of_item, period, catalogue);
      });
    }
    if (*item_can) return "";
    const bool can = std::all_of(periods.begin(), periods.end(), [&](const Period& period) {
      const KnownItem* base = ItemOn(catalogue, item, period.start());
      const KnownItem* view = ItemOn(versions, period.start());
      if (base == nullptr || view == nullptr || view->refines != item) return false;
      const auto asked = of_view(*view, period);
      return asked.has_value() && IsWhole(*view, *base, *asked) &&
             CanGive(code, of_view, period, catalogue);
    });
    if (can) return code;
  }
  return "";
}

}  // namespace onereturn::ingestion

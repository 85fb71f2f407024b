#include "services/ingestion/domain/requests/line_plan.h"

#include <algorithm>

namespace onereturn::ingestion {
namespace {

template <typename Dimensions>
auto FindDimension(Dimensions& dimensions, const std::string& code) {
  return std::find_if(dimensions.begin(), dimensions.end(),
                      [&](const auto& dimension) { return dimension.code == code; });
}

// The first of the dimensions that the item lacks, or of which it lacks a value; empty: none.
std::string FirstLacked(const KnownItem& item, const std::vector<AskedDimension>& asked,
                        const KnownCatalogue& catalogue) {
  for (const AskedDimension& dimension : asked) {
    const auto known = FindDimension(item.dimensions, dimension.code);
    if (known == item.dimensions.end()) return dimension.code;
    for (const std::string& value : dimension.values) {
      const bool has = known->values.count(value) > 0 ||
                       (known->organisations && catalogue.organisations.count(value) > 0);
      if (!has) return dimension.code;
    }
  }
  return "";
}

std::vector<AskedDimension> DimensionsAsked(const AskLine& line, const FoundLikeness& found,
                                            const KnownItem& item) {
  if (found.kind == LikenessKind::kSame) return found.dimensions;
  if (line.described.has_value()) return line.described->dimensions;
  if (!line.as_held) return line.dimensions;
  std::vector<AskedDimension> all;
  for (const KnownDimension& dimension : item.dimensions) all.push_back({dimension.code, {}});
  return all;
}

ItemPlan PlanOfItem(const std::string& code, const KnownItem* known,
                    const std::vector<AskedDimension>& asked, const Period& period,
                    HeldReturns& returns) {
  ItemPlan plan;
  plan.code = code;
  plan.known = known;
  if (known == nullptr) return plan;
  plan.home = &returns.PartsOf(code, *known, period);
  for (const KnownDimension& dimension : known->dimensions) {
    if (FindDimension(asked, dimension.code) != asked.end()) continue;
    plan.sums_dimensions = true;
    if (!dimension.adds_up && plan.may_not_sum.empty()) plan.may_not_sum = dimension.code;
  }
  return plan;
}

// An item of a formula: what the formula picks by one value of a dimension is summed over nothing.
ItemPlan PlanOfInput(const std::string& code, const KnownItem& derived,
                     std::vector<AskedDimension> asked, const Period& period,
                     const KnownCatalogue& catalogue, HeldReturns& returns) {
  const KnownItem* known = ItemOn(catalogue, code, period.start());
  const bool serves = known != nullptr && !known->formula.has_value() &&
                      FirstLacked(*known, asked, catalogue).empty();
  if (serves) {
    for (const ItemSelection& selection : derived.formula->Selections()) {
      if (selection.item != code || selection.values.size() != 1) continue;
      asked.push_back({selection.dimension, selection.values});
    }
  }
  return PlanOfItem(code, serves ? known : nullptr, asked, period, returns);
}

}  // namespace

LineSubject SubjectOf(const AskLine& line, const Ask& ask, const KnownCatalogue& catalogue) {
  LineSubject subject;
  if (line.described.has_value()) {
    if (ask.periods.empty()) return subject;
    subject.found = FindItem(*line.described, catalogue, ask.periods.back().start());
    subject.item = subject.found.item;
  } else {
    subject.item = line.item;
  }
  const auto found = catalogue.items.find(subject.item);
  if (found == catalogue.items.end()) {
    subject.item.clear();
    return subject;
  }
  subject.versions = &found->second;
  if (line.described.has_value()) {
    subject.is_item = subject.found.kind == LikenessKind::kSame;
    return subject;
  }
  for (const Period& period : ask.periods) {
    const KnownItem* known = ItemOn(found->second, period.start());
    if (known == nullptr) continue;
    subject.is_item =
        FirstLacked(*known, DimensionsAsked(line, subject.found, *known), catalogue).empty();
    if (!subject.is_item) break;
  }
  return subject;
}

LinePlan PlanOf(const AskLine& line, const LineSubject& subject, const Period& period,
                const KnownCatalogue& catalogue, HeldReturns& returns) {
  LinePlan plan;
  if (subject.versions == nullptr) return plan;
  const bool other = line.described.has_value() && subject.found.kind != LikenessKind::kSame &&
                     subject.found.kind != LikenessKind::kFiner;
  if (other) return plan;
  plan.known = ItemOn(*subject.versions, period.start());
  plan.meaning = LineMeaning::kNotForPeriod;
  if (plan.known == nullptr) return plan;
  plan.dimensions = DimensionsAsked(line, subject.found, *plan.known);
  plan.lacks = FirstLacked(*plan.known, plan.dimensions, catalogue);
  plan.meaning = plan.lacks.empty() ? LineMeaning::kItem : LineMeaning::kFinerView;
  plan.is_formula = plan.known->formula.has_value();
  if (plan.is_formula) {
    for (const std::string& input : plan.known->formula->Items()) {
      plan.items.push_back(PlanOfInput(
          input, *plan.known, plan.lacks.empty() ? plan.dimensions : std::vector<AskedDimension>{},
          period, catalogue, returns));
    }
  } else {
    plan.items.push_back(PlanOfItem(subject.item, plan.known, plan.dimensions, period, returns));
  }
  plan.can_be_made = !plan.items.empty() && plan.meaning == LineMeaning::kItem &&
                     std::all_of(plan.items.begin(), plan.items.end(),
                                 [](const ItemPlan& item) { return item.CanBeMade(); });
  return plan;
}

}  // namespace onereturn::ingestion

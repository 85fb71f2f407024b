#include "services/ingestion/domain/requests/line_plan.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "services/ingestion/domain/requests/finer_views.h"

namespace onereturn::ingestion {
namespace {

template <typename Dimensions>
auto FindDimension(Dimensions& dimensions, const std::string& code) {
  return std::find_if(dimensions.begin(), dimensions.end(),
                      [&](const auto& dimension) { return dimension.code == code; });
}

// `known`: the item of the subject, for the period.
std::vector<AskedDimension> DimensionsAsked(const AskLine& line, const LineSubject& subject,
                                            const KnownItem& known, const Period& period) {
  if (subject.found.kind == LikenessKind::kSame) return subject.found.dimensions;
  if (line.described.has_value()) return line.described->dimensions;
  if (!line.as_held) return line.dimensions;
  const KnownItem* named =
      subject.named == nullptr ? nullptr : ItemOn(*subject.named, period.start());
  return AllDimensions(named == nullptr ? known : *named);
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

ItemPlan PlanOfInput(const std::string& code, const KnownItem& derived,
                     std::vector<AskedDimension> asked, const Period& period,
                     const KnownCatalogue& catalogue, HeldReturns& returns) {
  const KnownItem* known = ItemOn(catalogue, code, period.start());
  const bool serves = known != nullptr && !known->formula.has_value() &&
                      FirstLacked(*known, asked, catalogue).dimension.empty();
  if (serves) asked = InputDimensions(code, derived, std::move(asked));
  return PlanOfItem(code, serves ? known : nullptr, asked, period, returns);
}

// Where a finer view of its item is what the line asks for, the line is that.
void TakeFinerView(const AskLine& line, const Ask& ask, const KnownCatalogue& catalogue,
                   LineSubject* subject) {
  const bool is_view = !line.described.has_value() || subject->found.kind == LikenessKind::kSame ||
                       subject->found.kind == LikenessKind::kFiner;
  if (!is_view || ask.periods.empty()) return;
  const DimensionsOf of_item = [&](const KnownItem& item, const Period& period) {
    return std::optional(DimensionsAsked(line, *subject, item, period));
  };
  const DimensionsOf of_view =
      [&](const KnownItem& view,
          const Period& period) -> std::optional<std::vector<AskedDimension>> {
    if (line.described.has_value()) return DimensionsAsHeld(*line.described, view, catalogue);
    const KnownItem* named = ItemOn(*subject->versions, period.start());
    return DimensionsAsked(line, *subject, named == nullptr ? view : *named, period);
  };
  const std::string view = FinerViewOf(subject->item, of_item, of_view, ask.periods, catalogue);
  if (view.empty()) return;
  const std::vector<KnownItem>& versions = catalogue.items.at(view);
  if (line.described.has_value()) {
    const KnownItem& last = *ItemOn(versions, ask.periods.back().start());
    subject->found = {LikenessKind::kSame, view, {}, *of_view(last, ask.periods.back()), 0};
  } else {
    subject->named = subject->versions;
  }
  subject->item = view;
  subject->versions = &versions;
}

// `finder`: null until a line is described.
LineSubject SubjectOf(const AskLine& line, const Ask& ask, const KnownCatalogue& catalogue,
                      std::unique_ptr<ItemFinder>* finder) {
  LineSubject subject;
  if (line.described.has_value()) {
    if (ask.periods.empty()) return subject;
    if (*finder == nullptr) {
      *finder = std::make_unique<ItemFinder>(catalogue, ask.periods.back().start());
    }
    subject.found = (*finder)->Find(*line.described);
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
  TakeFinerView(line, ask, catalogue, &subject);
  if (line.described.has_value()) {
    subject.is_item = subject.found.kind == LikenessKind::kSame;
    return subject;
  }
  for (const Period& period : ask.periods) {
    const KnownItem* known = ItemOn(*subject.versions, period.start());
    if (known == nullptr) continue;
    const auto asked = DimensionsAsked(line, subject, *known, period);
    subject.is_item = FirstLacked(*known, asked, catalogue).dimension.empty();
    if (!subject.is_item) break;
  }
  return subject;
}

}  // namespace

std::vector<LineSubject> SubjectsOf(const Ask& ask, const KnownCatalogue& catalogue) {
  std::vector<LineSubject> subjects;
  std::unique_ptr<ItemFinder> finder;
  for (const AskLine& line : ask.lines) {
    subjects.push_back(SubjectOf(line, ask, catalogue, &finder));
  }
  return subjects;
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
  plan.dimensions = DimensionsAsked(line, subject, *plan.known, period);
  Lacked lacked = FirstLacked(*plan.known, plan.dimensions, catalogue);
  plan.lacks = std::move(lacked.dimension);
  plan.lacks_values = std::move(lacked.values);
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

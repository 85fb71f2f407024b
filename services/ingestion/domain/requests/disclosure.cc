#include "services/ingestion/domain/requests/disclosure.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "services/ingestion/domain/requests/figure_sums.h"

namespace onereturn::ingestion {
namespace {

bool IsWithin(const DisclosureRule& rule, Int128 millionths) {
  return millionths > 0 && millionths <= Int128{rule.suppressed_to} * Decimal::kMillion;
}

void Suppress(const std::string& words, AnswerFigure* figure) {
  figure->value.reset();
  figure->suppressed = true;
  figure->suppressed_by = words;
}

// Smaller ones hide more: of those above zero first, for a zero beside one that is suppressed says
// what the other is.
bool IsSmaller(const AnswerFigure* left, const AnswerFigure* right) {
  const auto order = [](const AnswerFigure* figure) {
    const Int128 value = figure->value->wide();
    return std::make_tuple(value <= 0, value < 0 ? -value : value);
  };
  return order(left) < order(right);
}

// Of several equal ones the first. Null: none is shown.
AnswerFigure* SmallestShown(const std::vector<AnswerFigure*>& figures) {
  AnswerFigure* smallest = nullptr;
  for (AnswerFigure* figure : figures) {
    if (!figure->value.has_value()) continue;
    if (smallest == nullptr || IsSmaller(figure, smallest)) smallest = figure;
  }
  return smallest;
}

// Null: none is suppressed.
const AnswerFigure* FirstSuppressed(const std::vector<AnswerFigure*>& figures) {
  const auto found = std::find_if(figures.begin(), figures.end(),
                                  [](const AnswerFigure* figure) { return figure->suppressed; });
  return found == figures.end() ? nullptr : *found;
}

size_t CountSuppressed(const std::vector<AnswerFigure*>& figures) {
  return static_cast<size_t>(
      std::count_if(figures.begin(), figures.end(),
                    [](const AnswerFigure* figure) { return figure->suppressed; }));
}

// Figures that differ in this dimension alone.
std::map<FigurePlace, std::vector<AnswerFigure*>> GroupsAlong(const std::string& dimension,
                                                              std::vector<AnswerFigure>* figures) {
  std::map<FigurePlace, std::vector<AnswerFigure*>> groups;
  for (AnswerFigure& figure : *figures) {
    FigurePlace others;
    for (const DimensionValue& value : figure.dimensions) {
      if (value.dimension != dimension) others.push_back(value);
    }
    if (others.size() < figure.dimensions.size()) groups[std::move(others)].push_back(&figure);
  }
  return groups;
}

// Whether anything was hidden: it may be the only one along another dimension.
bool HideSecondAlong(const std::string& dimension, std::vector<AnswerFigure>* figures) {
  bool hidden = false;
  for (const auto& [others, group] : GroupsAlong(dimension, figures)) {
    if (CountSuppressed(group) != 1) continue;
    AnswerFigure* second = SmallestShown(group);
    if (second == nullptr) continue;
    Suppress(FirstSuppressed(group)->suppressed_by, second);
    hidden = true;
  }
  return hidden;
}

void HideSeconds(const std::set<std::string>& may_hold_totals, std::vector<AnswerFigure>* figures) {
  bool hidden = true;
  while (hidden) {
    hidden = false;
    for (const std::string& dimension : may_hold_totals) {
      hidden = HideSecondAlong(dimension, figures) || hidden;
    }
  }
}

AnswerFigure* FindFigure(const ShownFigures& shown, const FigurePlace& place) {
  const auto found =
      std::find_if(shown.figures->begin(), shown.figures->end(),
                   [&](const AnswerFigure& figure) { return figure.dimensions == place; });
  return found == shown.figures->end() ? nullptr : &*found;
}

// The other organisations whose returns a sum is made of.
std::set<std::string> OrganisationsBelow(const ShownFigures& sum) {
  std::set<std::string> organisations;
  for (const auto& [item, parts] : sum.source->parts_of_item) {
    for (const FigureSource::Part& part : parts) organisations.insert(part.key.organisation);
  }
  organisations.erase(sum.organisation);
  return organisations;
}

// Whether anything was hidden.
bool HideRemainder(const DisclosureRule& rule, AnswerFigure* sum,
                   const std::map<std::string, const ShownFigures*>& shown,
                   const std::set<std::string>& below) {
  if (!sum->value.has_value()) return false;
  std::vector<AnswerFigure*> figures;
  size_t unknown = 0;
  Int128 remainder = sum->value->wide();
  for (const std::string& organisation : below) {
    const auto found = shown.find(organisation);
    AnswerFigure* figure =
        found == shown.end() ? nullptr : FindFigure(*found->second, sum->dimensions);
    if (found == shown.end() || (figure != nullptr && !figure->value.has_value())) ++unknown;
    if (figure == nullptr) continue;
    figures.push_back(figure);
    if (figure->value.has_value()) remainder -= figure->value->wide();
  }
  if (unknown != 1) return false;
  if (CountSuppressed(figures) == 0 && !IsWithin(rule, remainder)) return false;
  AnswerFigure* second = SmallestShown(figures);
  Suppress(rule.rule, second != nullptr ? second : sum);
  return true;
}

}  // namespace

bool IsSuppressed(const DisclosureRule& rule, Decimal value) {
  return IsWithin(rule, value.wide());
}

absl::StatusOr<Decimal> RoundedFigure(const DisclosureRule& rule, Decimal value) {
  if (rule.rounded_to <= 1) return value;  // As it is, though it be no whole number.
  const Int128 multiple = Int128{rule.rounded_to} * Decimal::kMillion;
  const Int128 doubled = 2 * value.wide() + multiple;
  Int128 times = doubled / (2 * multiple);
  if (doubled % (2 * multiple) < 0) --times;  // Downwards, below zero too.
  return FigureOfSum(times * multiple);
}

absl::Status Disclose(const DisclosureRule& rule, const std::set<std::string>& may_hold_totals,
                      std::vector<AnswerFigure>* figures) {
  for (AnswerFigure& figure : *figures) {
    if (figure.value.has_value() && IsSuppressed(rule, *figure.value)) {
      Suppress(rule.rule, &figure);
    }
  }
  HideSeconds(may_hold_totals, figures);
  for (AnswerFigure& figure : *figures) {
    if (!figure.value.has_value()) continue;
    absl::StatusOr<Decimal> rounded = RoundedFigure(rule, *figure.value);
    if (!rounded.ok()) return std::move(rounded).status();
    figure.value = *rounded;
  }
  return absl::OkStatus();
}

DisclosureRule StricterRule(const DisclosureRule& first, const DisclosureRule& second) {
  return {std::max(first.suppressed_to, second.suppressed_to),
          std::max(first.rounded_to, second.rounded_to),
          first.rule.empty() ? second.rule : first.rule};
}

void HideRemainders(const DisclosureRule& rule, absl::Span<const ShownFigures> shown) {
  std::map<std::string, const ShownFigures*> by_organisation;
  for (const ShownFigures& one : shown) by_organisation[one.organisation] = &one;
  bool hidden = true;
  while (hidden) {
    hidden = false;
    for (const ShownFigures& sum : shown) {
      const std::set<std::string> below = OrganisationsBelow(sum);
      if (below.empty()) continue;
      for (AnswerFigure& figure : *sum.figures) {
        hidden = HideRemainder(rule, &figure, by_organisation, below) || hidden;
      }
    }
  }
}

}  // namespace onereturn::ingestion

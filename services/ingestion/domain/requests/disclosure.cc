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

// Whether anything was hidden.
bool HideSeconds(const std::set<std::string>& may_hold_totals, std::vector<AnswerFigure>* figures) {
  bool any = false;
  bool hidden = true;
  while (hidden) {
    hidden = false;
    for (const std::string& dimension : may_hold_totals) {
      hidden = HideSecondAlong(dimension, figures) || hidden;
    }
    any = any || hidden;
  }
  return any;
}

// An organisation's figures by their places, and the other organisations that they are made of.
struct FiguresByPlace {
  std::map<FigurePlace, AnswerFigure*> at;
  std::set<std::string> below;
};
using FiguresByOrganisation = std::map<std::string, FiguresByPlace>;

FiguresByPlace ByPlace(const ShownFigures& shown) {
  FiguresByPlace by_place;
  for (AnswerFigure& figure : *shown.figures) by_place.at[figure.dimensions] = &figure;
  by_place.below = shown.made_of;
  by_place.below.erase(shown.organisation);
  return by_place;
}

// Whether anything was hidden.
bool HideRemainder(const DisclosureRule& rule, AnswerFigure* sum,
                   const FiguresByOrganisation& shown, const std::set<std::string>& below) {
  if (!sum->value.has_value()) return false;
  std::vector<AnswerFigure*> figures;
  size_t unknown = 0;
  Int128 remainder = sum->value->wide();
  for (const std::string& organisation : below) {
    const auto found = shown.find(organisation);
    if (found == shown.end()) {
      ++unknown;
      continue;
    }
    const auto figure = found->second.at.find(sum->dimensions);
    if (figure == found->second.at.end()) continue;  // There is none of it.
    figures.push_back(figure->second);
    if (figure->second->value.has_value()) {
      remainder -= figure->second->value->wide();
    } else {
      ++unknown;
    }
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

void HideRemainders(const DisclosureRule& rule, const std::set<std::string>& may_hold_totals,
                    absl::Span<const ShownFigures> shown) {
  FiguresByOrganisation by_organisation;
  for (const ShownFigures& one : shown) by_organisation[one.organisation] = ByPlace(one);
  bool hidden = true;
  while (hidden) {
    hidden = false;
    for (const auto& [organisation, sum] : by_organisation) {
      if (sum.below.empty()) continue;
      for (const auto& [place, figure] : sum.at) {
        hidden = HideRemainder(rule, figure, by_organisation, sum.below) || hidden;
      }
    }
    for (const ShownFigures& one : shown) {
      hidden = HideSeconds(may_hold_totals, one.figures) || hidden;
    }
  }
}

}  // namespace onereturn::ingestion

#include "services/ingestion/domain/requests/disclosure.h"

#include <algorithm>
#include <cstdint>
#include <functional>
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

// The figures of one organisation by their places, and what they are made of.
struct NestedFigures {
  std::map<FigurePlace, AnswerFigure*> at;
  std::vector<size_t> parts;  // Numbers of the organisations whose returns they sum, in order.
  // The others that have no parts but these, those with the most first.
  std::vector<const NestedFigures*> within;

  // Null: there is none of it.
  AnswerFigure* At(const FigurePlace& place) const {
    const auto found = at.find(place);
    return found == at.end() ? nullptr : found->second;
  }
};

bool Includes(const std::vector<size_t>& parts, const std::set<size_t>& some) {
  return std::includes(parts.begin(), parts.end(), some.begin(), some.end());
}

bool Includes(const std::set<size_t>& parts, const std::vector<size_t>& some) {
  return std::all_of(some.begin(), some.end(),
                     [&parts](size_t part) { return parts.count(part) > 0; });
}

// Those of one part first.
std::vector<NestedFigures> Nested(absl::Span<const ShownFigures> shown) {
  std::map<std::string, size_t> numbers;
  for (const ShownFigures& one : shown) {
    for (const std::string& organisation : one.made_of) numbers.emplace(organisation, 0);
  }
  size_t next = 0;
  for (auto& [organisation, number] : numbers) number = next++;
  std::vector<NestedFigures> all(shown.size());
  for (size_t i = 0; i < shown.size(); ++i) {
    for (AnswerFigure& figure : *shown[i].figures) all[i].at[figure.dimensions] = &figure;
    for (const std::string& part : shown[i].made_of) all[i].parts.push_back(numbers.at(part));
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const NestedFigures& left, const NestedFigures& right) {
                     return left.parts.size() < right.parts.size();
                   });
  std::vector<std::vector<size_t>> made_of(numbers.size());  // Positions of those that have a part.
  for (size_t i = 0; i < all.size(); ++i) {
    for (const size_t part : all[i].parts) made_of[part].push_back(i);
  }
  for (NestedFigures& sum : all) {
    std::map<size_t, size_t, std::greater<size_t>> common;
    for (const size_t part : sum.parts) {
      for (const size_t other : made_of[part]) ++common[other];
    }
    for (const auto& [other, parts] : common) {
      if (&all[other] != &sum && parts == all[other].parts.size()) {
        sum.within.push_back(&all[other]);
      }
    }
  }
  return all;
}

// A figure, what is shown within it, and what of it is left over.
struct Remainder {
  std::vector<AnswerFigure*> taken;  // The largest that do not overlap.
  std::set<size_t> parts;
  Int128 millionths = 0;  // Of a figure that is shown.
};

Remainder RemainderOf(const NestedFigures& sum, const FigurePlace& place,
                      const AnswerFigure& figure) {
  Remainder left;
  left.parts.insert(sum.parts.begin(), sum.parts.end());
  if (figure.value.has_value()) left.millionths = figure.value->wide();
  for (const NestedFigures* one : sum.within) {
    if (one->parts.size() == sum.parts.size() || !Includes(left.parts, one->parts)) continue;
    AnswerFigure* const taken = one->At(place);
    if (taken != nullptr) {
      if (!taken->value.has_value()) continue;
      left.taken.push_back(taken);
      left.millionths -= taken->value->wide();
    }
    for (const size_t part : one->parts) left.parts.erase(part);
  }
  return left;
}

// Whether anything was hidden.
bool HideRemainder(const DisclosureRule& rule, const NestedFigures& sum, const FigurePlace& place,
                   AnswerFigure* figure) {
  const Remainder left = RemainderOf(sum, place, *figure);
  bool is_told = false;
  if (figure->value.has_value()) {
    is_told = !left.parts.empty() && IsWithin(rule, left.millionths);
    for (const NestedFigures* one : sum.within) {
      const AnswerFigure* const other = one->At(place);
      if (other == nullptr || !other->suppressed) continue;
      if (one->parts.size() == sum.parts.size()) {  // It says the same.
        Suppress(rule.rule, figure);
        return true;
      }
      is_told = is_told || (!left.parts.empty() && Includes(one->parts, left.parts));
    }
  } else {
    is_told = figure->suppressed && left.parts.empty() && !left.taken.empty();
  }
  if (!is_told) return false;
  AnswerFigure* const second = SmallestShown(left.taken);
  Suppress(rule.rule, second != nullptr ? second : figure);
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
  const std::vector<NestedFigures> sums = Nested(shown);
  bool hidden = true;
  while (hidden) {
    hidden = false;
    for (const NestedFigures& sum : sums) {
      for (const auto& [place, figure] : sum.at) {
        while (HideRemainder(rule, sum, place, figure)) hidden = true;
      }
    }
    for (const ShownFigures& one : shown) {
      hidden = HideSeconds(may_hold_totals, one.figures) || hidden;
    }
  }
}

}  // namespace onereturn::ingestion

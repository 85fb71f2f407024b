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
  std::vector<size_t> parts;  // Numbers, in order.
  // The others that have no parts but these, those with the most first.
  std::vector<const NestedFigures*> within;
  std::set<const NestedFigures*> overlapping;  // Neither is within the other.

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

// By what they are made of: who has it, by position, in order. What the same ones have counts as
// one part: the months of an organisation that none of them has without the others.
std::set<std::vector<size_t>> PartsByOwners(const std::vector<const ShownFigures*>& shown) {
  std::map<size_t, std::vector<size_t>> owners;
  for (size_t i = 0; i < shown.size(); ++i) {
    for (const size_t part : shown[i]->made_of) owners[part].push_back(i);
  }
  std::set<std::vector<size_t>> parts;
  for (auto& [part, having_it] : owners) parts.insert(std::move(having_it));
  return parts;
}

// Those of the least first.
std::vector<NestedFigures> Nested(absl::Span<const ShownFigures> shown) {
  std::vector<const ShownFigures*> in_order;
  for (const ShownFigures& one : shown) in_order.push_back(&one);
  std::stable_sort(in_order.begin(), in_order.end(),
                   [](const ShownFigures* left, const ShownFigures* right) {
                     return left->made_of.size() < right->made_of.size();
                   });
  std::vector<NestedFigures> all(shown.size());
  std::vector<std::map<size_t, size_t, std::greater<size_t>>> common(shown.size());
  size_t next = 0;
  for (const std::vector<size_t>& owners : PartsByOwners(in_order)) {
    for (const size_t owner : owners) {
      all[owner].parts.push_back(next);
      for (const size_t other : owners) ++common[owner][other];
    }
    ++next;
  }
  for (size_t i = 0; i < all.size(); ++i) {
    for (AnswerFigure& figure : *in_order[i]->figures) all[i].at[figure.dimensions] = &figure;
    for (const auto& [other, parts] : common[i]) {
      if (other == i) continue;
      const bool is_within = parts == all[other].parts.size();
      if (is_within) all[i].within.push_back(&all[other]);
      if (!is_within && parts < all[i].parts.size()) all[i].overlapping.insert(&all[other]);
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

// Every way to take from a figure the largest that are shown within it. There are several only
// where some of those overlap, or one that is suppressed: what is left beside that one is looked at
// without those that overlap it.
class Remainders {
 public:
  Remainders(const NestedFigures& sum, const FigurePlace& place, const AnswerFigure& figure)
      : sum_(sum), place_(place) {
    Remainder all;
    all.parts.insert(sum.parts.begin(), sum.parts.end());
    if (figure.value.has_value()) all.millionths = figure.value->wide();
    Take(0, all);
    if (!figure.value.has_value()) return;
    for (const NestedFigures* one : sum.within) {
      const AnswerFigure* const other = one->At(place);
      if (one->overlapping.empty() || other == nullptr || !other->suppressed) continue;
      without_ = &one->overlapping;
      ways_before_ = ways_.size();
      Take(0, all);
    }
  }

  const std::vector<Remainder>& ways() const { return ways_; }
  // The smallest of those that overlap, where there are more ways than may be looked through.
  AnswerFigure* one_too_many() const { return too_many_ ? SmallestShown(overlapping_) : nullptr; }

 private:
  bool MayBeTaken(const NestedFigures& one, const Remainder& left) const {
    if (without_ != nullptr && without_->count(&one) > 0) return false;
    if (one.parts.size() == sum_.parts.size() || !Includes(left.parts, one.parts)) return false;
    const AnswerFigure* const figure = one.At(place_);
    return figure == nullptr || figure->value.has_value();
  }
  bool OverlapsLater(size_t position, const Remainder& left) const {
    const NestedFigures& one = *sum_.within[position];
    if (one.overlapping.empty()) return false;
    return std::any_of(sum_.within.begin() + static_cast<ptrdiff_t>(position) + 1,
                       sum_.within.end(), [&](const NestedFigures* other) {
                         return one.overlapping.count(other) > 0 && MayBeTaken(*other, left);
                       });
  }
  // From those within it from this position on.
  void Take(size_t position, Remainder left) {
    for (; position < sum_.within.size(); ++position) {
      const NestedFigures& one = *sum_.within[position];
      if (!MayBeTaken(one, left)) continue;
      AnswerFigure* const taken = one.At(place_);
      if (OverlapsLater(position, left)) {
        if (taken != nullptr) overlapping_.push_back(taken);
        Take(position + 1, left);
        if (too_many_) return;
      }
      if (taken != nullptr) {
        left.taken.push_back(taken);
        left.millionths -= taken->value->wide();
      }
      for (const size_t part : one.parts) left.parts.erase(part);
    }
    ways_.push_back(std::move(left));
    too_many_ = too_many_ || ways_.size() - ways_before_ > kMostWaysToTake;
  }

  const NestedFigures& sum_;
  const FigurePlace& place_;
  const std::set<const NestedFigures*>* without_ = nullptr;
  std::vector<Remainder> ways_;
  size_t ways_before_ = 0;
  bool too_many_ = false;
  std::vector<AnswerFigure*> overlapping_;
};

// Has it parts that lie within a single one that is suppressed?
bool IsOfOneSuppressed(const Remainder& left, const NestedFigures& sum, const FigurePlace& place) {
  if (left.parts.empty()) return false;
  return std::any_of(sum.within.begin(), sum.within.end(), [&](const NestedFigures* one) {
    const AnswerFigure* const other = one->At(place);
    return other != nullptr && other->suppressed && Includes(one->parts, left.parts);
  });
}

// Does what is left over of the figure tell what is suppressed?
bool Tells(const DisclosureRule& rule, const NestedFigures& sum, const FigurePlace& place,
           const AnswerFigure& figure, const Remainder& left) {
  if (figure.value.has_value()) {
    return (!left.parts.empty() && IsWithin(rule, left.millionths)) ||
           IsOfOneSuppressed(left, sum, place);
  }
  return figure.suppressed && left.parts.empty() && !left.taken.empty();
}

// Is one suppressed that is made of the same?
bool IsSuppressedElsewhere(const NestedFigures& sum, const FigurePlace& place) {
  return std::any_of(sum.within.begin(), sum.within.end(), [&](const NestedFigures* one) {
    if (one->parts.size() != sum.parts.size()) return false;
    const AnswerFigure* const other = one->At(place);
    return other != nullptr && other->suppressed;
  });
}

// Whether anything was hidden.
bool HideRemainder(const DisclosureRule& rule, const NestedFigures& sum, const FigurePlace& place,
                   AnswerFigure* figure) {
  if (figure->value.has_value() && IsSuppressedElsewhere(sum, place)) {
    Suppress(rule.rule, figure);
    return true;
  }
  const Remainders remainders(sum, place, *figure);
  if (AnswerFigure* const one_too_many = remainders.one_too_many()) {
    Suppress(rule.rule, one_too_many);
    return true;
  }
  for (const Remainder& left : remainders.ways()) {
    if (!Tells(rule, sum, place, *figure, left)) continue;
    AnswerFigure* const second = SmallestShown(left.taken);
    Suppress(rule.rule, second != nullptr ? second : figure);
    return true;
  }
  return false;
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

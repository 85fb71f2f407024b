#include "common/expression/evaluation.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "common/base/check.h"
#include "common/expression/expression_tree.h"
#include "common/spc/xmr.h"

namespace onereturn {
namespace {

using internal::ExpressionNode;
using internal::ExpressionTree;
using internal::Operation;

constexpr int kMonthsInYear = 12;

// A value on the way: a number or a boolean, whichever the node's type is, or null.
struct Value {
  bool known = false;
  bool boolean = false;
  Rational number;
};

Value Number(const Rational& number) { return {.known = true, .number = number}; }
Value Boolean(bool boolean) { return {.known = true, .boolean = boolean, .number = {}}; }

// What the cells that an item reference selects come to.
struct Selection {
  size_t selected = 0;
  size_t present = 0;
  Int128 millionths = 0;  // Sum of those present: below 2^63 each, so 2^64 cells fit.
};

// One evaluation. Once an error is noted, every value is null and the error is the outcome.
class Evaluator {
 public:
  Evaluator(const ExpressionTree& tree, const CellSource& source, const Bindings& bindings,
            const EvaluationSetting& setting)
      : tree_(tree), source_(&source), bindings_(bindings), setting_(setting) {}

  Evaluation Run() {
    const size_t root = tree_.nodes.size() - 1;
    const Value value = Evaluate(root);
    Evaluation evaluation;
    evaluation.divided_by_zero = divided_by_zero_;
    if (error_.has_value()) {
      evaluation.outcome = *error_;
      evaluation.ambiguous_item = ambiguous_item_;
    } else if (value.known) {
      const bool is_number = tree_.nodes[root].type == ExpressionType::kNumber;
      evaluation.outcome = is_number ? EvaluationOutcome::kNumber : EvaluationOutcome::kBoolean;
      evaluation.number = value.number;
      evaluation.boolean = value.boolean;
    }
    return evaluation;
  }

  std::vector<SeenFigure> Seen(size_t most) {
    See(tree_.nodes.size() - 1, most);
    return error_.has_value() ? std::vector<SeenFigure>() : std::move(seen_);
  }

 private:
  void See(size_t index, size_t most);
  // Recurses once a level, which the parser has bounded.
  Value Evaluate(size_t index);
  Value EvaluateItem(const ExpressionNode& node);
  // The cells that the reference selects.
  Selection Select(const ExpressionNode& node) const;
  // What is known of the period that is being looked at, without its cells.
  Value EvaluateOfPeriod(const ExpressionNode& node) const;
  Value EvaluateLogical(const ExpressionNode& node);
  Value EvaluateChoice(const ExpressionNode& node);
  Value EvaluateUnary(const ExpressionNode& node);
  Value EvaluateArithmetic(Operation operation, const Rational& a, const Rational& b);
  Value EvaluateBinary(const ExpressionNode& node);
  // The node's value over an earlier period; null where that is not held.
  Value EvaluateBefore(size_t index, uint32_t periods_before);
  Value EvaluateOutsideLimits(const ExpressionNode& node);
  // Of the values of a node in the periods before; nullopt where too few are known.
  std::optional<SeenFigure::Limits> LimitsOf(size_t index);
  bool CompareValues(Operation operation, const Value& a, const Value& b) const;

  Value Checked(const std::optional<Rational>& number) {
    if (number.has_value()) return Number(*number);
    error_ = EvaluationOutcome::kOverflow;
    return {};
  }

  const ExpressionTree& tree_;
  const CellSource* source_;  // Of the period that is being looked at.
  const Bindings& bindings_;
  const EvaluationSetting& setting_;
  uint32_t periods_before_ = 0;  // The one that is being looked at.
  std::optional<EvaluationOutcome> error_;
  std::string ambiguous_item_;
  bool divided_by_zero_ = false;
  std::vector<SeenFigure> seen_;
};

Value Evaluator::Evaluate(size_t index) {
  if (error_.has_value()) return {};
  const ExpressionNode& node = tree_.nodes[index];
  switch (node.operation) {
    case Operation::kLiteral:
      return Number(Rational::FromDecimal(node.literal));
    case Operation::kItem:
    case Operation::kSum:
    case Operation::kSumPresent:
    case Operation::kCountPresent:
      return EvaluateItem(node);
    case Operation::kAnd:
    case Operation::kOr:
      return EvaluateLogical(node);
    case Operation::kCoalesce:
    case Operation::kIf:
      return EvaluateChoice(node);
    case Operation::kAbsolute:
    case Operation::kNegate:
    case Operation::kNot:
    case Operation::kRound:
    case Operation::kIsWhole:
    case Operation::kIsNull:
      return EvaluateUnary(node);
    case Operation::kPrior:
      return EvaluateBefore(node.operands[0], node.periods_before);
    case Operation::kOutsideLimits:
      return EvaluateOutsideLimits(node);
    case Operation::kDaysInPeriod:
    case Operation::kFinancialMonth:
    case Operation::kListed:
      return EvaluateOfPeriod(node);
    default:
      return EvaluateBinary(node);
  }
}

// The bindings with those of the selection that name one value; nullopt where they contradict.
std::optional<Bindings> Narrowed(const Bindings& bindings, const internal::Selection& selection) {
  Bindings narrowed = bindings;
  for (const internal::SelectedValues& selected : selection) {
    const auto bound = std::find_if(
        bindings.begin(), bindings.end(),
        [&](const DimensionValue& one) { return one.dimension == selected.dimension; });
    if (bound != bindings.end()) {
      if (!std::binary_search(selected.values.begin(), selected.values.end(), bound->value)) {
        return std::nullopt;
      }
    } else if (selected.values.size() == 1) {
      narrowed.push_back({selected.dimension, selected.values.front()});
    }
  }
  return narrowed;
}

bool IsSelected(absl::Span<const DimensionValue> cell, const internal::Selection& selection) {
  return std::all_of(selection.begin(), selection.end(), [&](const auto& selected) {
    return std::any_of(cell.begin(), cell.end(), [&](const DimensionValue& own) {
      return own.dimension == selected.dimension &&
             std::binary_search(selected.values.begin(), selected.values.end(), own.value);
    });
  });
}

Selection Evaluator::Select(const ExpressionNode& node) const {
  Selection selection;
  const auto take = [&selection](const SourceCell& cell) {
    ++selection.selected;
    if (!cell.value.has_value()) return;
    ++selection.present;
    selection.millionths += cell.value->millionths();
  };
  const std::string& item = tree_.items[node.item];
  if (node.selection == 0) {
    source_->Visit(item, bindings_, [&](const SourceCell& cell) {
      if (Agrees(cell.dimensions, bindings_)) take(cell);
    });
    return selection;
  }
  const internal::Selection& asked = tree_.selections[node.selection - 1];
  const std::optional<Bindings> narrowed = Narrowed(bindings_, asked);
  if (!narrowed.has_value()) return selection;
  source_->Visit(item, *narrowed, [&](const SourceCell& cell) {
    if (Agrees(cell.dimensions, *narrowed) && IsSelected(cell.dimensions, asked)) take(cell);
  });
  return selection;
}

Value Evaluator::EvaluateOfPeriod(const ExpressionNode& node) const {
  if (setting_.period == nullptr) return {};
  std::optional<Period> period = *setting_.period;
  for (uint32_t i = 0; i < periods_before_ && period.has_value(); ++i) period = period->Previous();
  if (!period.has_value()) return {};
  if (node.operation == Operation::kListed) {
    if (setting_.lists == nullptr) return {};
    const std::optional<bool> held = setting_.lists->Holds(tree_.lists[node.list], *period);
    return held.has_value() ? Boolean(*held) : Value{};
  }
  const int number = node.operation == Operation::kDaysInPeriod
                         ? period->DayCount()
                         : (period->end().month - kApril + kMonthsInYear) % kMonthsInYear + 1;
  return Number(Rational::FromDecimal(Decimal::FromWhole(number)));
}

Value Evaluator::EvaluateItem(const ExpressionNode& node) {
  const Selection selection = Select(node);
  if (node.operation == Operation::kCountPresent) {
    return Number(
        Rational::FromMillionths(static_cast<Int128>(selection.present) * Decimal::kMillion));
  }
  if (node.operation == Operation::kItem && selection.selected > 1) {
    error_ = EvaluationOutcome::kAmbiguous;
    ambiguous_item_ = tree_.items[node.item];
    return {};
  }
  const bool skips_nulls = node.operation == Operation::kSumPresent;
  if (selection.present == 0) return {};
  if (!skips_nulls && selection.present < selection.selected) return {};
  return Number(Rational::FromMillionths(selection.millionths));
}

Value Evaluator::EvaluateLogical(const ExpressionNode& node) {
  // The operand that settles the answer whatever the other is.
  const bool settling = node.operation == Operation::kOr;
  const Value left = Evaluate(node.operands[0]);
  if (left.known && left.boolean == settling) return left;
  const Value right = Evaluate(node.operands[1]);
  if (right.known && right.boolean == settling) return right;
  return left.known ? right : Value{};
}

Value Evaluator::EvaluateChoice(const ExpressionNode& node) {
  const Value first = Evaluate(node.operands[0]);
  if (node.operation == Operation::kCoalesce) {
    return first.known ? first : Evaluate(node.operands[1]);
  }
  if (!first.known) return {};
  return Evaluate(first.boolean ? node.operands[1] : node.operands[2]);
}

Value Evaluator::EvaluateUnary(const ExpressionNode& node) {
  const Value operand = Evaluate(node.operands[0]);
  if (node.operation == Operation::kIsNull) return Boolean(!operand.known);
  if (!operand.known) return {};
  switch (node.operation) {
    case Operation::kNot:
      return Boolean(!operand.boolean);
    case Operation::kIsWhole:
      return Boolean(operand.number.IsWhole());
    case Operation::kNegate:
      return Number(operand.number.Negated());
    case Operation::kRound:
      return Number(operand.number.Rounded());
    default:
      return Number(operand.number.Absolute());
  }
}

Value Evaluator::EvaluateArithmetic(Operation operation, const Rational& a, const Rational& b) {
  switch (operation) {
    case Operation::kAdd:
      return Checked(Rational::Add(a, b));
    case Operation::kSubtract:
      return Checked(Rational::Subtract(a, b));
    case Operation::kMultiply:
      return Checked(Rational::Multiply(a, b));
    case Operation::kMinimum:
      return Number(Rational::Compare(b, a) < 0 ? b : a);
    case Operation::kMaximum:
      return Number(Rational::Compare(b, a) > 0 ? b : a);
    default:
      break;
  }
  if (b.IsZero()) {
    divided_by_zero_ = true;
    return {};
  }
  return Checked(Rational::Divide(a, b));
}

bool Evaluator::CompareValues(Operation operation, const Value& a, const Value& b) const {
  // Of two booleans or two numbers the unused part is equal, so equality may look at both.
  const bool equal = a.boolean == b.boolean && a.number == b.number;
  switch (operation) {
    case Operation::kEqual:
      return equal;
    case Operation::kNotEqual:
      return !equal;
    case Operation::kLess:
      return Rational::Compare(a.number, b.number) < 0;
    case Operation::kLessOrEqual:
      return Rational::Compare(a.number, b.number) <= 0;
    case Operation::kGreater:
      return Rational::Compare(a.number, b.number) > 0;
    default:
      return Rational::Compare(a.number, b.number) >= 0;
  }
}

Value Evaluator::EvaluateBinary(const ExpressionNode& node) {
  const Value left = Evaluate(node.operands[0]);
  const Value right = Evaluate(node.operands[1]);
  if (!left.known || !right.known) return {};
  if (node.type == ExpressionType::kNumber) {
    return EvaluateArithmetic(node.operation, left.number, right.number);
  }
  return Boolean(CompareValues(node.operation, left, right));
}

Value Evaluator::EvaluateBefore(size_t index, uint32_t periods_before) {
  const CellHistory* const history = setting_.history;
  const CellSource* earlier = history == nullptr ? nullptr : history->Before(periods_before);
  if (earlier == nullptr) return {};
  const CellSource* const own = std::exchange(source_, earlier);
  periods_before_ = periods_before;
  const Value value = Evaluate(index);
  periods_before_ = 0;  // No history function stands inside another.
  source_ = own;
  return value;
}

Value Evaluator::EvaluateOutsideLimits(const ExpressionNode& node) {
  const Value current = Evaluate(node.operands[0]);
  if (!current.known) return {};
  const std::optional<SeenFigure::Limits> limits = LimitsOf(node.operands[0]);
  if (!limits.has_value()) return {};
  const double value = current.number.ToDouble();
  return Boolean(value > limits->upper || value < limits->lower);
}

std::optional<SeenFigure::Limits> Evaluator::LimitsOf(size_t index) {
  std::vector<XmrPoint> earlier;  // The oldest first.
  for (uint32_t before = kLimitsPeriodsMax; before > 0; --before) {
    const Value value = EvaluateBefore(index, before);
    if (value.known) earlier.push_back({.period = {}, .value = value.number.ToDouble()});
  }
  if (error_.has_value() || earlier.size() < kLimitsValuesMin) return std::nullopt;
  const auto chart = ComputeXmr(earlier, XmrOptions());
  // A rational is far below the magnitude that a chart refuses, and several points have limits.
  ONERETURN_CHECK(chart.ok() && chart->segments.front().limits.has_value());
  const XmrLimits& limits = *chart->segments.front().limits;
  return SeenFigure::Limits{limits.lower, limits.upper, earlier.size()};
}

// Recurses once a level. What looks at earlier periods, or sums, is seen whole.
void Evaluator::See(size_t index, size_t most) {
  const ExpressionNode& node = tree_.nodes[index];
  const bool limited = node.operation == Operation::kOutsideLimits;
  const bool whole = limited || node.operation == Operation::kPrior ||
                     node.operation == Operation::kItem || internal::IsItemFunction(node.operation);
  if (!whole) {
    const internal::OperationSyntax* syntax = internal::FindSyntax(node.operation);
    for (size_t i = 0; syntax != nullptr && i < syntax->operand_count; ++i)
      See(node.operands[i], most);
    return;
  }
  const size_t figure_index = limited ? node.operands[0] : index;
  SeenFigure figure{internal::TextOfNode(tree_, figure_index), std::nullopt, std::nullopt};
  auto known = std::find_if(seen_.begin(), seen_.end(),
                            [&](const SeenFigure& one) { return one.text == figure.text; });
  if (known == seen_.end()) {
    if (seen_.size() == most) return;
    const Value value = Evaluate(figure_index);
    const bool is_number = tree_.nodes[figure_index].type == ExpressionType::kNumber;
    if (value.known && is_number) figure.value = value.number;
    if (value.known && !is_number) {
      figure.value = Rational::FromMillionths(value.boolean ? Decimal::kMillion : 0);
    }
    known = seen_.insert(seen_.end(), std::move(figure));
  }
  if (limited) known->limits = LimitsOf(figure_index);
}

}  // namespace

std::vector<SeenFigure> FiguresSeen(const Expression& expression, const CellSource& source,
                                    const Bindings& bindings, const EvaluationSetting& setting,
                                    size_t most) {
  return Evaluator(expression.tree(), source, bindings, setting).Seen(most);
}

Evaluation Evaluate(const Expression& expression, const CellSource& source,
                    const Bindings& bindings, const EvaluationSetting& setting) {
  return Evaluator(expression.tree(), source, bindings, setting).Run();
}

Evaluation Evaluate(const Expression& expression, const CellSource& source,
                    const Bindings& bindings, const CellHistory* history) {
  return Evaluate(expression, source, bindings, EvaluationSetting{history, nullptr, nullptr});
}

RuleVerdict VerdictOf(const Evaluation& evaluation) {
  switch (evaluation.outcome) {
    case EvaluationOutcome::kBoolean:
      return evaluation.boolean ? RuleVerdict::kHolds : RuleVerdict::kFails;
    case EvaluationOutcome::kNull:
      return RuleVerdict::kNotDecided;
    case EvaluationOutcome::kNumber:
    case EvaluationOutcome::kOverflow:
    case EvaluationOutcome::kAmbiguous:
      return RuleVerdict::kFaultyRule;
  }
  return RuleVerdict::kFaultyRule;
}

absl::string_view EvaluationOutcomeName(EvaluationOutcome outcome) {
  switch (outcome) {
    case EvaluationOutcome::kNumber:
      return "number";
    case EvaluationOutcome::kBoolean:
      return "boolean";
    case EvaluationOutcome::kNull:
      return "null";
    case EvaluationOutcome::kOverflow:
      return "overflow";
    case EvaluationOutcome::kAmbiguous:
      return "ambiguous";
  }
  return "null";
}

}  // namespace onereturn

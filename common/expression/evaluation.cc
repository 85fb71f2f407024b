#include "common/expression/evaluation.h"

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
            const CellHistory* history)
      : tree_(tree), source_(&source), bindings_(bindings), history_(history) {}

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

 private:
  // Recurses once a level, which the parser has bounded.
  Value Evaluate(size_t index);
  Value EvaluateItem(const ExpressionNode& node);
  Value EvaluateLogical(const ExpressionNode& node);
  Value EvaluateChoice(const ExpressionNode& node);
  Value EvaluateUnary(const ExpressionNode& node);
  Value EvaluateArithmetic(Operation operation, const Rational& a, const Rational& b);
  Value EvaluateBinary(const ExpressionNode& node);
  // The node's value over an earlier period; null where that is not held.
  Value EvaluateBefore(size_t index, uint32_t periods_before);
  Value EvaluateOutsideLimits(const ExpressionNode& node);
  bool CompareValues(Operation operation, const Value& a, const Value& b) const;

  Value Checked(const std::optional<Rational>& number) {
    if (number.has_value()) return Number(*number);
    error_ = EvaluationOutcome::kOverflow;
    return {};
  }

  const ExpressionTree& tree_;
  const CellSource* source_;  // Of the period that is being looked at.
  const Bindings& bindings_;
  const CellHistory* const history_;  // Null: no earlier period is held.
  std::optional<EvaluationOutcome> error_;
  std::string ambiguous_item_;
  bool divided_by_zero_ = false;
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
    default:
      return EvaluateBinary(node);
  }
}

Value Evaluator::EvaluateItem(const ExpressionNode& node) {
  const std::string& item = tree_.items[node.item];
  Selection selection;
  source_->Visit(item, bindings_, [&](const SourceCell& cell) {
    if (!Agrees(cell.dimensions, bindings_)) return;
    ++selection.selected;
    if (!cell.value.has_value()) return;
    ++selection.present;
    selection.millionths += cell.value->millionths();
  });
  if (node.operation == Operation::kCountPresent) {
    return Number(
        Rational::FromMillionths(static_cast<Int128>(selection.present) * Decimal::kMillion));
  }
  if (node.operation == Operation::kItem && selection.selected > 1) {
    error_ = EvaluationOutcome::kAmbiguous;
    ambiguous_item_ = item;
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
  const CellSource* earlier = history_ == nullptr ? nullptr : history_->Before(periods_before);
  if (earlier == nullptr) return {};
  const CellSource* const own = std::exchange(source_, earlier);
  const Value value = Evaluate(index);
  source_ = own;
  return value;
}

Value Evaluator::EvaluateOutsideLimits(const ExpressionNode& node) {
  const Value current = Evaluate(node.operands[0]);
  if (!current.known) return {};
  std::vector<XmrPoint> earlier;  // The oldest first.
  for (uint32_t before = kLimitsPeriodsMax; before > 0; --before) {
    const Value value = EvaluateBefore(node.operands[0], before);
    if (value.known) earlier.push_back({.period = {}, .value = value.number.ToDouble()});
  }
  if (error_.has_value() || earlier.size() < kLimitsValuesMin) return {};
  const auto chart = ComputeXmr(earlier, XmrOptions());
  // A rational is far below the magnitude that a chart refuses, and several points have limits.
  ONERETURN_CHECK(chart.ok() && chart->segments.front().limits.has_value());
  const XmrLimits& limits = *chart->segments.front().limits;
  const double value = current.number.ToDouble();
  return Boolean(value > limits.upper || value < limits.lower);
}

}  // namespace

Evaluation Evaluate(const Expression& expression, const CellSource& source,
                    const Bindings& bindings, const CellHistory* history) {
  return Evaluator(expression.tree(), source, bindings, history).Run();
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

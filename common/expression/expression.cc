#include "common/expression/expression.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/expression/expression_tree.h"

namespace onereturn {
namespace internal {
namespace {

// Writes a node and what lies under it. Recurses once a level, which the parser has bounded.
class Printer {
 public:
  explicit Printer(const ExpressionTree& tree) : tree_(tree) {}

  std::string PrintAll() {
    Print(tree_.nodes.size() - 1, Precedence::kOr);
    return std::move(text_);
  }

 private:
  // In parentheses where the node binds less tightly than its place needs.
  void Print(size_t index, Precedence needed) {
    const ExpressionNode& node = tree_.nodes[index];
    const OperationSyntax* syntax = FindSyntax(node.operation);
    if (syntax == nullptr) {
      absl::StrAppend(&text_, node.operation == Operation::kItem ? tree_.items[node.item]
                                                                 : node.literal.ToString());
      return;
    }
    const bool enclose = syntax->precedence < needed;
    if (enclose) text_ += '(';
    if (syntax->precedence == Precedence::kPrimary) {
      PrintFunction(node, *syntax);
    } else {
      PrintOperator(node, *syntax);
    }
    if (enclose) text_ += ')';
  }

  void PrintFunction(const ExpressionNode& node, const OperationSyntax& syntax) {
    absl::StrAppend(&text_, syntax.word, "(");
    if (IsItemFunction(syntax.operation)) text_ += tree_.items[node.item];
    for (size_t i = 0; i < syntax.operand_count; ++i) {
      if (i > 0) text_ += ", ";
      Print(node.operands[i], Precedence::kOr);
    }
    if (node.periods_before > 1) absl::StrAppend(&text_, ", ", node.periods_before);
    text_ += ')';
  }

  void PrintOperator(const ExpressionNode& node, const OperationSyntax& syntax) {
    if (syntax.operand_count == 1) {
      absl::StrAppend(&text_, syntax.word, syntax.operation == Operation::kNot ? " " : "");
      Print(node.operands[0], syntax.precedence);
      return;
    }
    const auto tighter = static_cast<Precedence>(static_cast<uint8_t>(syntax.precedence) + 1);
    // A chain leans to the left; a comparison is no chain at all.
    Print(node.operands[0],
          syntax.precedence == Precedence::kComparison ? tighter : syntax.precedence);
    absl::StrAppend(&text_, " ", syntax.word, " ");
    Print(node.operands[1], tighter);
  }

  const ExpressionTree& tree_;
  std::string text_;
};

}  // namespace
}  // namespace internal

ExpressionType Expression::type() const { return tree_->nodes.back().type; }

const std::vector<std::string>& Expression::Items() const { return tree_->items; }

uint32_t Expression::PriorPeriods() const {
  uint32_t periods = 0;
  for (const internal::ExpressionNode& node : tree_->nodes) {
    if (node.operation == internal::Operation::kOutsideLimits) {
      periods = std::max(periods, kLimitsPeriodsMax);
    }
    periods = std::max(periods, node.periods_before);
  }
  return periods;
}

std::string Expression::ToString() const { return internal::Printer(*tree_).PrintAll(); }

bool operator==(const Expression& a, const Expression& b) {
  return a.tree_ == b.tree_ || *a.tree_ == *b.tree_;
}

}  // namespace onereturn

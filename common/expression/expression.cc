#include "common/expression/expression.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/expression/expression_tree.h"

namespace onereturn {
namespace internal {
namespace {

// Writes a node and what lies under it. Recurses once a level, which the parser has bounded.
class Printer {
 public:
  explicit Printer(const ExpressionTree& tree) : tree_(tree) {}

  std::string Print(size_t index) {
    Print(index, Precedence::kOr);
    return std::move(text_);
  }

 private:
  // In parentheses where the node binds less tightly than its place needs.
  void Print(size_t index, Precedence needed) {
    const ExpressionNode& node = tree_.nodes[index];
    const OperationSyntax* syntax = FindSyntax(node.operation);
    if (syntax == nullptr) {
      if (node.operation == Operation::kItem) return PrintItem(node);
      absl::StrAppend(&text_, node.literal.ToString());
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

  void PrintItem(const ExpressionNode& node) {
    text_ += tree_.items[node.item];
    if (node.selection == 0) return;
    absl::string_view between = "[";
    for (const SelectedValues& selected : tree_.selections[node.selection - 1]) {
      absl::StrAppend(&text_, between, selected.dimension, " = '",
                      absl::StrJoin(selected.values, "' or '"), "'");
      between = ", ";
    }
    text_ += ']';
  }

  void PrintFunction(const ExpressionNode& node, const OperationSyntax& syntax) {
    absl::StrAppend(&text_, syntax.word, "(");
    if (IsItemFunction(syntax.operation)) PrintItem(node);
    if (syntax.operation == Operation::kListed) {
      absl::StrAppend(&text_, "'", tree_.lists[node.list], "'");
    }
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

std::string TextOfNode(const ExpressionTree& tree, size_t index) {
  return Printer(tree).Print(index);
}

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

std::set<std::string> Expression::PriorItems() const {
  const auto& nodes = tree_->nodes;
  // Operands stand before what uses them: from the root on, a node knows whether it is read there.
  std::vector<bool> earlier(nodes.size(), false);
  std::set<std::string> items;
  for (size_t i = nodes.size(); i-- > 0;) {
    const internal::ExpressionNode& node = nodes[i];
    const internal::OperationSyntax* syntax = internal::FindSyntax(node.operation);
    const size_t operands = syntax == nullptr ? 0 : syntax->operand_count;
    for (size_t j = 0; j < operands; ++j) {
      if (earlier[i] || internal::IsHistoryFunction(node.operation)) {
        earlier[node.operands[j]] = true;
      }
    }
    const bool is_item =
        node.operation == internal::Operation::kItem || internal::IsItemFunction(node.operation);
    if (is_item && earlier[i]) items.insert(tree_->items[node.item]);
  }
  return items;
}

std::vector<ItemReference> Expression::References() const {
  std::vector<ItemReference> all;
  for (const internal::ExpressionNode& node : tree_->nodes) {
    if (node.operation != internal::Operation::kItem && !internal::IsItemFunction(node.operation)) {
      continue;
    }
    ItemReference reference{tree_->items[node.item], {}};
    if (node.selection != 0) {
      for (const internal::SelectedValues& selected : tree_->selections[node.selection - 1]) {
        reference.selections.push_back(
            {reference.item, selected.dimension, selected.values, selected.column});
      }
    }
    all.push_back(std::move(reference));
  }
  return all;
}

std::vector<ItemSelection> Expression::Selections() const {
  std::vector<ItemSelection> all;
  for (const ItemReference& reference : References()) {
    all.insert(all.end(), reference.selections.begin(), reference.selections.end());
  }
  return all;
}

bool Expression::Divides() const {
  return std::any_of(tree_->nodes.begin(), tree_->nodes.end(),
                     [](const internal::ExpressionNode& node) {
                       return node.operation == internal::Operation::kDivide;
                     });
}

std::set<std::string> Expression::Lists() const {
  return {tree_->lists.begin(), tree_->lists.end()};
}

std::string Expression::ToString() const {
  return internal::TextOfNode(*tree_, tree_->nodes.size() - 1);
}

bool operator==(const Expression& a, const Expression& b) {
  return a.tree_ == b.tree_ || *a.tree_ == *b.tree_;
}

}  // namespace onereturn

// The tree of a parsed expression. Internal to common/expression.
#ifndef ONERETURN_COMMON_EXPRESSION_EXPRESSION_TREE_H_
#define ONERETURN_COMMON_EXPRESSION_EXPRESSION_TREE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/decimal/decimal.h"
#include "common/expression/expression.h"

namespace onereturn::internal {

enum class Operation : uint8_t {
  kLiteral,
  kItem,
  kSum,
  kSumPresent,
  kCountPresent,
  kCoalesce,
  kAbsolute,
  kMinimum,
  kMaximum,
  kRound,
  kIsWhole,
  kIsNull,
  kIf,
  kPrior,
  kOutsideLimits,
  kDaysInPeriod,
  kFinancialMonth,
  kListed,
  kNegate,
  kMultiply,
  kDivide,
  kAdd,
  kSubtract,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kEqual,
  kNotEqual,
  kNot,
  kAnd,
  kOr,
};

struct ExpressionNode {
  Operation operation = Operation::kLiteral;
  ExpressionType type = ExpressionType::kNumber;
  std::array<uint16_t, 3> operands = {};  // Indexes of nodes that stand before this one.
  uint16_t item = 0;            // Index into `items` (kItem, kSum, kSumPresent, kCountPresent).
  uint16_t selection = 0;       // As `item`: 1 + the index into `selections`; 0: every cell.
  uint16_t list = 0;            // kListed: index into `lists`.
  uint32_t periods_before = 0;  // kPrior: from 1.
  Decimal literal;              // kLiteral.

  friend bool operator==(const ExpressionNode& a, const ExpressionNode& b) = default;
};

static_assert(kExpressionNodesMax <= UINT16_MAX);

// The values of one dimension that a reference to an item asks for.
struct SelectedValues {
  std::string dimension;
  std::vector<std::string> values;  // In order, each once; not empty.
  size_t column = 1;                // Where the dimension stands in the text.

  friend bool operator==(const SelectedValues& a, const SelectedValues& b) {
    return a.dimension == b.dimension && a.values == b.values;
  }
};
using Selection = std::vector<SelectedValues>;  // By dimension, each once; not empty.

// Nodes in the order in which they are complete: operands before what uses them, the root last. The
// order follows from the structure alone, so that equal trees are equal vectors.
struct ExpressionTree {
  std::vector<ExpressionNode> nodes;  // Not empty.
  std::vector<std::string> items;     // Sorted, each once.
  std::vector<Selection> selections;  // In the order of the nodes that have one.
  std::vector<std::string> lists;     // As the texts of kListed come.

  friend bool operator==(const ExpressionTree& a, const ExpressionTree& b) = default;
};

// How tightly an operator binds its operands; higher binds tighter.
enum class Precedence : uint8_t { kOr, kAnd, kNot, kComparison, kSum, kProduct, kSign, kPrimary };

// What the parser and the printer know of an operation that is written as an operator or a
// function.
struct OperationSyntax {
  Operation operation;
  absl::string_view word;  // The operator or the function's name.
  Precedence precedence;   // kPrimary: a function.
  uint8_t operand_count;   // Operands that are expressions: zero for a function of one item.
};

// Null for kLiteral and kItem.
const OperationSyntax* FindSyntax(Operation operation);
// The function of that name, or null.
const OperationSyntax* FindFunction(absl::string_view name);
// The infix operator written so, or null.
const OperationSyntax* FindInfix(absl::string_view word);

inline bool IsItemFunction(Operation operation) {
  return operation == Operation::kSum || operation == Operation::kSumPresent ||
         operation == Operation::kCountPresent;
}

// Is written with empty parentheses.
inline bool IsConstant(Operation operation) {
  return operation == Operation::kDaysInPeriod || operation == Operation::kFinancialMonth;
}

// The canonical text of a node and what lies under it.
std::string TextOfNode(const ExpressionTree& tree, size_t index);

// Reads earlier periods.
inline bool IsHistoryFunction(Operation operation) {
  return operation == Operation::kPrior || operation == Operation::kOutsideLimits;
}

}  // namespace onereturn::internal

#endif  // ONERETURN_COMMON_EXPRESSION_EXPRESSION_TREE_H_

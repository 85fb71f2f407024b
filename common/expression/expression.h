// The language of validation rules and derived items: expressions over the items of a return.
//
//   expression  := or
//   or          := and { "or" and }
//   and         := not { "and" not }
//   not         := "not" not | comparison
//   comparison  := sum [ ( "<" | "<=" | ">" | ">=" | "=" | "!=" ) sum ]       (not chained)
//   sum         := product { ( "+" | "-" ) product }
//   product     := sign { ( "*" | "/" ) sign }
//   sign        := "-" sign | primary
//   primary     := number | cells | function "(" arguments ")" | "(" expression ")"
//   number      := digits [ "." one to six digits ]
//   cells       := item [ "[" selected { "," selected } "]" ]
//   selected    := dimension "=" text { "or" text }                   (each dimension once)
//   text        := "'" printable ASCII characters other than "'", at least one "'"
//   item        := [a-z][a-z0-9_]*, except the words and functions of the language
//   dimension   := [a-z0-9][a-z0-9_]*
//   function    := sum(cells) | sum_present(cells) | count_present(cells) | coalesce(a, b) | abs(x)
//                | min(a, b) | max(a, b) | round(x) | is_whole(x) | is_null(x)
//                | if(condition, a, b) | prior(e) | prior(e, periods) | outside_limits(x)
//                | days_in_period() | financial_month() | listed(text)
//   periods     := a whole number from 1 to 36, written out
//
// Blanks, tabs and line ends between words mean nothing. Plain ASCII. Every expression is a number
// or a boolean, known when it is parsed: = and != take two of one kind, < <= > >= and arithmetic
// take numbers, and/or/not and the condition of if take booleans, coalesce and the branches of if
// take two of one kind, is_null takes either, and so does prior, which is of the kind of its e;
// outside_limits takes a number and is a boolean; days_in_period and financial_month are numbers,
// listed is a boolean.
//
// prior and outside_limits read what was returned for earlier periods; neither stands inside
// itself or the other. prior(e) is prior(e, 1).
//
// What an expression means, nulls included, is stated in common/expression/evaluation.h.
#ifndef ONERETURN_COMMON_EXPRESSION_EXPRESSION_H_
#define ONERETURN_COMMON_EXPRESSION_EXPRESSION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace onereturn {

namespace internal {
struct ExpressionTree;
}  // namespace internal

enum class ExpressionType { kNumber, kBoolean };

// A rule longer than a page is not one a returns officer can read; it also bounds the parser's
// work.
inline constexpr size_t kExpressionBytesMax = 8192;
// Items, numbers, operators and functions of one expression: bounds what one evaluation may cost.
inline constexpr size_t kExpressionNodesMax = 1000;
// Levels of operators, functions and parentheses, a + b + c + d counting three: the parser and the
// evaluator recurse once a level, and this keeps them within some tens of KiB of stack. A sum of
// all columns of the widest return in use has under a hundred terms.
inline constexpr size_t kExpressionDepthMax = 150;
// How many periods back prior reaches: three years of months.
inline constexpr uint32_t kPriorPeriodsMax = 36;
// How many periods back outside_limits looks, and of how many values at least it makes limits.
inline constexpr uint32_t kLimitsPeriodsMax = 24;
inline constexpr size_t kLimitsValuesMin = 12;

// What one reference to an item asks of one dimension.
struct ItemSelection {
  std::string item;
  std::string dimension;
  std::vector<std::string> values;  // In bytewise order.
  size_t column = 1;                // Of the dimension in the text that was parsed.
};

// What one reference to an item reads: of its cells those with one of the values of each dimension.
struct ItemReference {
  std::string item;
  std::vector<ItemSelection> selections;  // By dimension; empty: every cell.
};

// Where and why a text is not an expression.
struct ExpressionFault {
  size_t column = 1;  // In bytes, from 1: the first byte of the word that is wrong.
  std::string words;  // For people: what is wrong there and what to write.
};

// A parsed expression. Immutable; copies share one tree and are cheap. Thread-safe.
class Expression {
 public:
  // INVALID_ARGUMENT with the message "column N: words"; the two parts are also in `fault` if
  // given. Total: any bytes give an expression or a fault, in bounded time, memory and stack.
  static absl::StatusOr<Expression> Parse(absl::string_view text, ExpressionFault* fault = nullptr);

  ExpressionType type() const;

  // The items referred to, each once, in bytewise order.
  const std::vector<std::string>& Items() const;

  // How many periods back the expression reads at most: 0 where it asks for no earlier period,
  // otherwise the greatest distance of a prior, 24 for an outside_limits. What lies further back
  // need not be given to its evaluation.
  uint32_t PriorPeriods() const;

  // Those of Items() that are read in earlier periods.
  std::set<std::string> PriorItems() const;

  // Every dimension that a reference selects values of, in no particular order.
  std::vector<ItemSelection> Selections() const;

  // Every reference to an item, in no particular order; equal ones may repeat.
  std::vector<ItemReference> References() const;

  // Is there a division in it?
  bool Divides() const;

  // The codes of the lists that it asks about.
  std::set<std::string> Lists() const;

  // The canonical text: single blanks, no parenthesis that is not needed. Parses to an equal
  // expression.
  std::string ToString() const;

  // The same tree: a + b equals (a)+b, but not b + a. "1.50" equals "1.5".
  friend bool operator==(const Expression& a, const Expression& b);
  friend bool operator!=(const Expression& a, const Expression& b) { return !(a == b); }

  // For the evaluator.
  const internal::ExpressionTree& tree() const { return *tree_; }

 private:
  explicit Expression(std::shared_ptr<const internal::ExpressionTree> tree)
      : tree_(std::move(tree)) {}

  std::shared_ptr<const internal::ExpressionTree> tree_;  // Never null.
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_EXPRESSION_EXPRESSION_H_

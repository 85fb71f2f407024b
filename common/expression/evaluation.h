// What an expression means.
//
// Numbers are exact rationals: 1 / 3 * 3 = 1 holds, and nothing is ever rounded.
//
// Null is "not known", and spreads:
//   + - * / negation, abs, min, max, < <= > >= = !=, is_whole   null where any operand is null
//   x / 0                       null, and the evaluation says that it divided by zero
//   and, or, not                three-valued (Kleene): false and null is false, true or null is
//   true, every
//                               other combination with null is null; not null is null
//   if(condition, a, b)         null where the condition is null; only the chosen branch is
//   evaluated coalesce(a, b)              a, or b where a is null is_null(x)                  never
//   null item                        the one cell selected; null where it is null or where none is
//   selected sum(item)                   null where any selected cell is null or where none is
//   selected sum_present(item)           the sum of the cells that are not null; null where there
//   is none count_present(item)         how many selected cells are not null; zero where there is
//   none
//
// An item selects its cells that agree with the bindings (cell_source.h). A bare item that selects
// more than one is an error, "ambiguous": the rule must say sum(item), or bind the dimension. A
// value that leaves 128 bits is an error, "overflow". and, or, if and coalesce evaluate from left
// to right and stop when the answer is settled; an error in a part that is evaluated is the outcome
// of the whole.
#ifndef ONERETURN_COMMON_EXPRESSION_EVALUATION_H_
#define ONERETURN_COMMON_EXPRESSION_EVALUATION_H_

#include <string>

#include "absl/strings/string_view.h"
#include "common/expression/cell_source.h"
#include "common/expression/expression.h"
#include "common/expression/rational.h"

namespace onereturn {

enum class EvaluationOutcome { kNumber, kBoolean, kNull, kOverflow, kAmbiguous };

struct Evaluation {
  EvaluationOutcome outcome = EvaluationOutcome::kNull;
  Rational number;               // kNumber.
  bool boolean = false;          // kBoolean.
  std::string ambiguous_item;    // kAmbiguous: the item that selects several cells.
  bool divided_by_zero = false;  // Some division by zero was evaluated, with any outcome.
};

// Pure and total: visits the source at most once for each item reference, never throws, and ends on
// every expression and source. Thread-safe where the source's Visit is.
Evaluation Evaluate(const Expression& expression, const CellSource& source,
                    const Bindings& bindings);

// What an evaluation says of a validation rule.
enum class RuleVerdict {
  kHolds,
  kFails,
  kNotDecided,  // Null: something the rule needs is not known. Never a failure of the return.
  kFaultyRule,  // Overflow, ambiguous or not a condition: for the rule's owner to mend.
};

RuleVerdict VerdictOf(const Evaluation& evaluation);

// "number", "boolean", "null", "overflow", "ambiguous".
absl::string_view EvaluationOutcomeName(EvaluationOutcome outcome);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_EXPRESSION_EVALUATION_H_

// What an expression means.
//
// Numbers are exact rationals: 1 / 3 * 3 = 1 holds, and nothing is rounded but by round(x), which
// is the nearest whole number, halfway the one further from zero: round(1000 * a / b) are tenths of
// a percent as they are published.
//
// Null is "not known", and spreads:
//   + - * / negation, abs, min,   null where any operand is null
//   max, < <= > >= = !=,
//   round, is_whole
//   x / 0                         null, and the evaluation says that it divided by zero
//   and, or, not                  three-valued (Kleene): false and null is false, true or null is
//                                 true, every other combination with null is null; not null is
//                                 null
//   if(condition, a, b)           null where the condition is null; only the chosen branch is
//                                 evaluated
//   coalesce(a, b)                a, or b where a is null
//   is_null(x)                    never null
//   item                          the one cell selected; null where it is null or where none is
//                                 selected
//   sum(item)                     null where any selected cell is null or where none is selected
//   sum_present(item)             the sum of the cells that are not null; null where there is none
//   count_present(item)           how many selected cells are not null; zero where there is none
//   days_in_period()              how many days the period has
//   financial_month()             of the month in which the period ends: 1 for April to 12 for
//                                 March
//   listed('code')                whether the list holds the organisation in the period; null for
//                                 a list that is not known. The two above and this are null where
//                                 nothing says which period it is
//   prior(e, n)                   e over the n-th period before, null as e is there; null where
//                                 that period is not held
//   outside_limits(x)             null where x is null, or where fewer than 12 of the values of x
//                                 in the 24 periods before are known
//
// Earlier periods are counted from the one evaluated over, 1 being the one just before, whether or
// not they are held; bindings are the same in all of them. outside_limits says whether x lies
// strictly outside the natural process limits of its values in the 24 periods before: mean -/+ 2.66
// x average moving range as ComputeXmr gives them with the options' defaults (moving ranges not
// screened, common/spc/xmr.h). Values that are not known are left out, and the moving range spans
// them; x itself is no part of its limits. The comparison is of doubles, each number's own
// division, taken from the oldest to the newest: limits are estimates, and nothing else is ever a
// double. The library of charts is used here, and no caller hands limits in, so that a rule means
// the same to all who evaluate it; it knows nothing of expressions.
//
// An item selects its cells that agree with the bindings (cell_source.h); item[d = 'v' or 'w'] of
// those the ones with the value v or w of dimension d, and none without the dimension. A bare item
// that selects more than one is an error, "ambiguous": the rule must say sum(item), or bind the
// dimension. A value that leaves 128 bits is an error, "overflow". and, or, if and coalesce
// evaluate from left to right and stop when the answer is settled; an error in a part that is
// evaluated is the outcome of the whole, whichever period it is about.
#ifndef ONERETURN_COMMON_EXPRESSION_EVALUATION_H_
#define ONERETURN_COMMON_EXPRESSION_EVALUATION_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/expression/cell_source.h"
#include "common/expression/expression.h"
#include "common/expression/rational.h"
#include "common/period/period.h"

namespace onereturn {

enum class EvaluationOutcome { kNumber, kBoolean, kNull, kOverflow, kAmbiguous };

struct Evaluation {
  EvaluationOutcome outcome = EvaluationOutcome::kNull;
  Rational number;               // kNumber.
  bool boolean = false;          // kBoolean.
  std::string ambiguous_item;    // kAmbiguous: the item that selects several cells.
  bool divided_by_zero = false;  // Some division by zero was evaluated, with any outcome.
};

// The organisation of the return as lists of organisations have it.
class ListsOfOrganisation {
 public:
  virtual ~ListsOfOrganisation() = default;
  // nullopt where there is no such list.
  virtual std::optional<bool> Holds(absl::string_view list, const Period& period) const = 0;
};

// What an expression may ask besides the cells of its period. What is null here is not known.
struct EvaluationSetting {
  const CellHistory* history = nullptr;
  const Period* period = nullptr;
  const ListsOfOrganisation* lists = nullptr;
};

// Pure and total: never throws, and ends on every expression, source and history. Each item
// reference visits a source at most once, and inside outside_limits at most 25 sources: the current
// period's and those of 24 before. As neither history function stands inside one, that is also how
// often at most any part is evaluated. Without a history no earlier period is held. Thread-safe
// where the Visit of the sources and the history's Before are.
Evaluation Evaluate(const Expression& expression, const CellSource& source,
                    const Bindings& bindings, const EvaluationSetting& setting);
Evaluation Evaluate(const Expression& expression, const CellSource& source,
                    const Bindings& bindings, const CellHistory* history = nullptr);

// A figure that an expression looks at.
struct SeenFigure {
  std::string text;               // As the expression names it: "prior(sum(x), 12)".
  std::optional<Rational> value;  // nullopt: not known. Of a condition: 1 where it is true, else 0.
  // Of outside_limits(x): the limits for x, from so many earlier values; absent where there are too
  // few. `text` and `value` are those of x.
  struct Limits {
    double lower = 0;
    double upper = 0;
    size_t values = 0;
  };
  std::optional<Limits> limits;
};

// For whoever is told of an outcome: the items, the parts that look at earlier periods, and the
// values that are held against limits, each once, in the order of the text, the first `most` of
// them. Empty where the evaluation meets an error.
std::vector<SeenFigure> FiguresSeen(const Expression& expression, const CellSource& source,
                                    const Bindings& bindings, const EvaluationSetting& setting,
                                    size_t most);

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

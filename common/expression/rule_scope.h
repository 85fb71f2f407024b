// Which dimension tuples a rule is evaluated for.
#ifndef ONERETURN_COMMON_EXPRESSION_RULE_SCOPE_H_
#define ONERETURN_COMMON_EXPRESSION_RULE_SCOPE_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "common/expression/cell_source.h"
#include "common/expression/expression.h"

namespace onereturn {

// The bindings under which a rule that says "for each of these dimensions" is evaluated: one for
// every distinct tuple of the dimensions that some cell of the expression's items holds. Cells with
// a null count, for a rule may be about nulls. A cell that lacks one of the dimensions holds no
// tuple (its item still takes part in the evaluation of the others' tuples). In bytewise order of
// the values; each binding names the dimensions in the order given, a repeated one once.
//
// Only the cells of `source` make tuples: what earlier periods held and this one does not is not
// asked for.
//
// Without dimensions there is one empty binding: the rule is about the whole return. With
// dimensions that no cell has, there is none: nothing is there to judge.
std::vector<Bindings> RuleScope(const Expression& expression,
                                absl::Span<const std::string> for_each, const CellSource& source);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_EXPRESSION_RULE_SCOPE_H_

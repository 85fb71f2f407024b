// Fuzzes the expression language: any bytes parse or are refused with a column inside them; what
// parses survives its canonical text and evaluates to one of the stated outcomes.
#include <cstddef>
#include <cstdint>
#include <string>

#include "common/base/check.h"
#include "common/expression/cell_table.h"
#include "common/expression/evaluation.h"
#include "common/expression/expression.h"
#include "common/expression/rule_scope.h"

namespace onereturn {
namespace {

CellTable Cells() {
  CellTable cells;
  cells.Add("a", {}, Decimal::FromWhole(3));
  cells.Add("b", {}, Decimal::FromMillionths(-500'000));
  cells.Add("c", {}, std::nullopt);
  cells.Add("d", {{"site", "x"}}, Decimal::FromMillionths(Decimal::kLimitMillionths - 1));
  cells.Add("d", {{"site", "y"}}, Decimal::FromMillionths(1));
  return cells;
}

void CheckOne(absl::string_view text) {
  static const CellTable cells = Cells();
  ExpressionFault fault;
  const auto expression = Expression::Parse(text, &fault);
  if (!expression.ok()) {
    ONERETURN_CHECK(fault.column >= 1 && fault.column <= text.size() + 1);
    ONERETURN_CHECK(!fault.words.empty() && fault.words.size() < 300);
    return;
  }
  const auto again = Expression::Parse(expression->ToString());
  ONERETURN_CHECK(again.ok() && *again == *expression);
  for (const Bindings& bindings : RuleScope(*expression, {"site"}, cells)) {
    VerdictOf(Evaluate(*expression, cells, bindings));
  }
  const Evaluation evaluation = Evaluate(*expression, cells, {});
  const bool is_number = expression->type() == ExpressionType::kNumber;
  ONERETURN_CHECK(evaluation.outcome !=
                  (is_number ? EvaluationOutcome::kBoolean : EvaluationOutcome::kNumber));
  if (evaluation.outcome == EvaluationOutcome::kNumber) {
    ONERETURN_CHECK(!evaluation.number.ToString().empty());
    ONERETURN_CHECK(Rational::Compare(evaluation.number, evaluation.number) == 0);
  }
}

}  // namespace
}  // namespace onereturn

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  onereturn::CheckOne(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}

// Fuzzes the expression language: any bytes parse or are refused with a column inside them; what
// parses survives its canonical text and evaluates to one of the stated outcomes, with a history
// and without, reading it no further back than it says.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

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

// Thirty periods with gaps; `a` known in 20 of the first 24. Remembers how far back it was asked.
class Periods final : public CellHistory {
 public:
  Periods() {
    for (uint32_t before = 1; before <= 30; ++before) {
      if (before % 7 == 3) continue;
      CellTable& cells = held_[before];
      if (before % 12 != 5) cells.Add("a", {}, Decimal::FromWhole(before % 5));
      cells.Add("b", {}, before % 2 == 0 ? std::nullopt : std::optional(Decimal()));
      cells.Add("d", {{"site", "x"}}, Decimal::FromMillionths(1 - Decimal::kLimitMillionths));
      if (before % 3 == 0) cells.Add("d", {{"site", "y"}}, Decimal::FromMillionths(before));
    }
  }

  const CellSource* Before(uint32_t periods_before) const override {
    ONERETURN_CHECK(periods_before >= 1);
    furthest_ = std::max(furthest_, periods_before);
    const auto found = held_.find(periods_before);
    return found == held_.end() ? nullptr : &found->second;
  }

  uint32_t TakeFurthest() const { return std::exchange(furthest_, 0); }

 private:
  std::map<uint32_t, CellTable> held_;
  mutable uint32_t furthest_ = 0;
};

void CheckOutcome(const Expression& expression, const Evaluation& evaluation) {
  const bool is_number = expression.type() == ExpressionType::kNumber;
  ONERETURN_CHECK(evaluation.outcome !=
                  (is_number ? EvaluationOutcome::kBoolean : EvaluationOutcome::kNumber));
  if (evaluation.outcome == EvaluationOutcome::kNumber) {
    ONERETURN_CHECK(!evaluation.number.ToString().empty());
    ONERETURN_CHECK(Rational::Compare(evaluation.number, evaluation.number) == 0);
  }
}

void CheckOne(absl::string_view text) {
  static const CellTable cells = Cells();
  static const Periods history;
  ExpressionFault fault;
  const auto expression = Expression::Parse(text, &fault);
  if (!expression.ok()) {
    ONERETURN_CHECK(fault.column >= 1 && fault.column <= text.size() + 1);
    ONERETURN_CHECK(!fault.words.empty() && fault.words.size() < 300);
    return;
  }
  const auto again = Expression::Parse(expression->ToString());
  ONERETURN_CHECK(again.ok() && *again == *expression);
  ONERETURN_CHECK(again->PriorPeriods() == expression->PriorPeriods());
  for (const Bindings& bindings : RuleScope(*expression, {"site"}, cells)) {
    VerdictOf(Evaluate(*expression, cells, bindings, &history));
  }
  CheckOutcome(*expression, Evaluate(*expression, cells, {}));
  CheckOutcome(*expression, Evaluate(*expression, cells, {}, &history));
  ONERETURN_CHECK(history.TakeFurthest() <= expression->PriorPeriods());
}

}  // namespace
}  // namespace onereturn

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  onereturn::CheckOne(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}

// Goal: evaluation and canonical text are right for expressions nobody thought of. Method: random
// trees over small whole numbers, written out in full parentheses, judged by a naive evaluator of
// fractions that are never reduced.
#include <rapidcheck.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/expression/cell_table.h"
#include "common/expression/evaluation.h"
#include "common/expression/expression.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

// What a tree comes to, and its text. Fractions of at most 16 leaves below 10 stay far inside 128
// bits.
struct Sample {
  std::string text;
  bool known = false;
  bool truth = false;
  Int128 top = 0, bottom = 1;  // bottom > 0
  bool divided_by_zero = false;
};

// Decisions read from a tape of random bytes, which RapidCheck can shrink; zeros once it ends.
class Tape {
 public:
  explicit Tape(std::vector<uint8_t> bytes) : bytes_(std::move(bytes)) {}
  int Pick(int choices) { return place_ < bytes_.size() ? bytes_[place_++] % choices : 0; }

 private:
  std::vector<uint8_t> bytes_;
  size_t place_ = 0;
};

Sample Known(Int128 top, Int128 bottom) {
  Sample sample;
  sample.known = true;
  sample.top = bottom < 0 ? -top : top;
  sample.bottom = bottom < 0 ? -bottom : bottom;
  return sample;
}

Sample Truth(bool truth) {
  Sample sample;
  sample.known = true;
  sample.truth = truth;
  return sample;
}

Int128 Difference(const Sample& a, const Sample& b) { return a.top * b.bottom - b.top * a.bottom; }

Sample NumberOf(Tape& tape, int depth);
Sample ConditionOf(Tape& tape, int depth);

Sample LeafOf(Tape& tape) {
  // The cells: n0 .. n4 hold 0, 1, 2, 3, 4; nil is null; absent has no cell; many holds 1, null, 2.
  const int choice = tape.Pick(30);  // A tenth of the leaves are null.
  Sample sample = choice < 5 ? Known(choice, 1) : Sample{};
  if (choice < 5) sample.text = absl::StrCat("n", choice);
  if (choice == 5) sample.text = "nil";
  if (choice == 6) sample.text = "absent";
  if (choice == 7) sample.text = "sum(many)";
  if (choice == 8) sample = Known(3, 1), sample.text = "sum_present(many)";
  if (choice == 9) sample = Known(2, 1), sample.text = "count_present(many)";
  if (choice >= 10) {
    const int value = tape.Pick(10);
    sample = Known(value, 2);
    sample.text = absl::StrCat(value / 2, value % 2 == 0 ? "" : ".5");
  }
  return sample;
}

Sample ArithmeticOf(Tape& tape, int depth, int operation) {
  const Sample a = NumberOf(tape, depth - 1), b = NumberOf(tape, depth - 1);
  static const char* const kOperators[] = {"+", "-", "*", "/"};
  Sample sample;
  const bool known = a.known && b.known;
  const bool by_zero = known && operation == 3 && b.top == 0;
  if (known && operation == 0)
    sample = Known(a.top * b.bottom + b.top * a.bottom, a.bottom * b.bottom);
  if (known && operation == 1) sample = Known(Difference(a, b), a.bottom * b.bottom);
  if (known && operation == 2) sample = Known(a.top * b.top, a.bottom * b.bottom);
  if (known && operation == 3 && !by_zero) sample = Known(a.top * b.bottom, a.bottom * b.top);
  sample.divided_by_zero = a.divided_by_zero || b.divided_by_zero || by_zero;
  if (operation < 4) {
    sample.text = absl::StrCat("(", a.text, kOperators[operation], b.text, ")");
    return sample;
  }
  // min and max
  if (known) {
    const bool a_less = Difference(a, b) < 0;
    const Sample& chosen = a_less == (operation == 4) ? a : b;
    sample = Known(chosen.top, chosen.bottom);
  }
  sample.divided_by_zero = a.divided_by_zero || b.divided_by_zero;
  sample.text = absl::StrCat(operation == 4 ? "min" : "max", "(", a.text, ", ", b.text, ")");
  return sample;
}

// if and coalesce, of numbers or of conditions.
Sample ChoiceOf(Tape& tape, int depth, Sample (*operand)(Tape&, int)) {
  if (tape.Pick(2) == 0) {
    const Sample a = operand(tape, depth - 1), b = operand(tape, depth - 1);
    Sample sample = a.known ? a : b;
    sample.divided_by_zero = a.divided_by_zero || (!a.known && b.divided_by_zero);
    sample.text = absl::StrCat("coalesce(", a.text, ",", b.text, ")");
    return sample;
  }
  const Sample condition = ConditionOf(tape, depth - 2);
  const Sample a = operand(tape, depth - 2), b = operand(tape, depth - 2);
  Sample sample = !condition.known ? Sample{} : condition.truth ? a : b;
  sample.divided_by_zero = condition.divided_by_zero || (condition.known && sample.divided_by_zero);
  sample.text = absl::StrCat("if(", condition.text, ", ", a.text, ", ", b.text, ")");
  return sample;
}

Sample NumberOf(Tape& tape, int depth) {
  if (depth <= 0) return LeafOf(tape);
  const int choice = tape.Pick(10);
  if (choice == 0) return LeafOf(tape);
  if (choice < 7) return ArithmeticOf(tape, depth, choice - 1);
  if (choice == 7) return ChoiceOf(tape, depth, NumberOf);
  const Sample operand = NumberOf(tape, depth - 1);
  Sample sample = operand;
  sample.top = choice == 8 ? -operand.top : (operand.top < 0 ? -operand.top : operand.top);
  sample.text = absl::StrCat(choice == 8 ? "-(" : "abs(", operand.text, ")");
  return sample;
}

Sample ComparisonOf(Tape& tape, int depth) {
  static const char* const kOperators[] = {"<", "<=", ">", ">=", "=", "!="};
  const int operation = tape.Pick(6);
  const Sample a = NumberOf(tape, depth - 1), b = NumberOf(tape, depth - 1);
  const Int128 difference = Difference(a, b);
  const bool truths[] = {difference<0, difference <= 0, difference> 0, difference >= 0,
                         difference == 0, difference != 0};
  Sample sample = a.known && b.known ? Truth(truths[operation]) : Sample{};
  sample.divided_by_zero = a.divided_by_zero || b.divided_by_zero;
  sample.text = absl::StrCat("(", a.text, " ", kOperators[operation], b.text, ")");
  return sample;
}

Sample LogicalOf(Tape& tape, int depth) {
  const bool conjunction = tape.Pick(2) == 0;
  const Sample a = ConditionOf(tape, depth - 1), b = ConditionOf(tape, depth - 1);
  // Kleene as an order: false 0, null 1, true 2; and is the least, or the greatest.
  const auto rank = [](const Sample& sample) { return !sample.known ? 1 : sample.truth ? 2 : 0; };
  const int least = std::min(rank(a), rank(b)), greatest = std::max(rank(a), rank(b));
  const int result = conjunction ? least : greatest;
  Sample sample = result == 1 ? Sample{} : Truth(result == 2);
  const bool settled = a.known && a.truth != conjunction;
  sample.divided_by_zero = a.divided_by_zero || (!settled && b.divided_by_zero);
  sample.text = absl::StrCat("(", a.text, conjunction ? " and " : " or ", b.text, ")");
  return sample;
}

Sample ConditionOf(Tape& tape, int depth) {
  const int choice = tape.Pick(8);
  if (depth <= 1 || choice < 3) return ComparisonOf(tape, depth);
  if (choice < 5) return LogicalOf(tape, depth);
  if (choice == 5) return ChoiceOf(tape, depth, ConditionOf);
  if (choice == 6) {
    Sample sample = ConditionOf(tape, depth - 1);
    sample.truth = !sample.truth;
    sample.text = absl::StrCat("(not ", sample.text, ")");
    return sample;
  }
  const Sample operand = NumberOf(tape, depth - 1);
  const bool about_null = tape.Pick(2) == 0;
  Sample sample = about_null      ? Truth(!operand.known)
                  : operand.known ? Truth(operand.top % operand.bottom == 0)
                                  : Sample{};
  sample.divided_by_zero = operand.divided_by_zero;
  sample.text = absl::StrCat(about_null ? "is_null(" : "is_whole(", operand.text, ")");
  return sample;
}

CellTable CellsOfProperties() {
  CellTable cells;
  for (int i = 0; i < 5; ++i) cells.Add(absl::StrCat("n", i), {}, Decimal::FromWhole(i));
  cells.Add("nil", {}, std::nullopt);
  cells.Add("many", {{"site", "a"}}, Decimal::FromWhole(1));
  cells.Add("many", {{"site", "b"}}, std::nullopt);
  cells.Add("many", {{"site", "c"}}, Decimal::FromWhole(2));
  return cells;
}

void ExpectOutcome(const Evaluation& evaluation, const Sample& sample, bool is_number) {
  RC_ASSERT(evaluation.divided_by_zero == sample.divided_by_zero);
  if (!sample.known) {
    RC_ASSERT(evaluation.outcome == EvaluationOutcome::kNull);
  } else if (is_number) {
    RC_ASSERT(evaluation.outcome == EvaluationOutcome::kNumber);
    RC_ASSERT(evaluation.number == *Rational::Make(sample.top, sample.bottom));
  } else {
    RC_ASSERT(evaluation.outcome == EvaluationOutcome::kBoolean);
    RC_ASSERT(evaluation.boolean == sample.truth);
  }
}

TEST(ExpressionPropertyTest, EvaluationEqualsTheNaiveOneAndTextRoundTrips) {
  const CellTable cells = CellsOfProperties();
  int numbers = 0, conditions = 0, nulls = 0;
  const auto check_one = [&](std::vector<uint8_t> bytes) {
    Tape tape(std::move(bytes));
    const bool is_number = tape.Pick(2) == 0;
    const Sample sample = is_number ? NumberOf(tape, 4) : ConditionOf(tape, 4);
    const auto expression = Expression::Parse(sample.text);
    RC_ASSERT(expression.ok());
    ExpectOutcome(Evaluate(*expression, cells, {}), sample, is_number);

    const std::string canonical = expression->ToString();
    const auto again = Expression::Parse(canonical);
    RC_ASSERT(again.ok());
    RC_ASSERT(*again == *expression);
    RC_ASSERT(again->ToString() == canonical);
    ++(!sample.known ? nulls : is_number ? numbers : conditions);
  };
  // At full size from the start: RapidCheck's sizes would keep the first bytes near zero.
  const auto tapes = rc::gen::resize(
      100, rc::gen::container<std::vector<std::vector<uint8_t>>>(
               50, rc::gen::container<std::vector<uint8_t>>(60, rc::gen::arbitrary<uint8_t>())));
  EXPECT_TRUE(rc::check("50 random expressions", [&] {
    for (auto& bytes : *tapes) check_one(std::move(bytes));
  }));
  std::printf("%d numbers, %d conditions, %d nulls\n", numbers, conditions, nulls);
  // The generator must reach every kind of answer.
  EXPECT_GT(numbers, 500);
  EXPECT_GT(conditions, 500);
  EXPECT_GT(nulls, 500);
}

}  // namespace
}  // namespace onereturn

#include "common/expression/expression_tree.h"

namespace onereturn::internal {
namespace {

constexpr OperationSyntax kSyntax[] = {
    {Operation::kSum, "sum", Precedence::kPrimary, 0},
    {Operation::kSumPresent, "sum_present", Precedence::kPrimary, 0},
    {Operation::kCountPresent, "count_present", Precedence::kPrimary, 0},
    {Operation::kCoalesce, "coalesce", Precedence::kPrimary, 2},
    {Operation::kAbsolute, "abs", Precedence::kPrimary, 1},
    {Operation::kMinimum, "min", Precedence::kPrimary, 2},
    {Operation::kMaximum, "max", Precedence::kPrimary, 2},
    {Operation::kRound, "round", Precedence::kPrimary, 1},
    {Operation::kIsWhole, "is_whole", Precedence::kPrimary, 1},
    {Operation::kIsNull, "is_null", Precedence::kPrimary, 1},
    {Operation::kIf, "if", Precedence::kPrimary, 3},
    {Operation::kPrior, "prior", Precedence::kPrimary, 1},
    {Operation::kOutsideLimits, "outside_limits", Precedence::kPrimary, 1},
    {Operation::kDaysInPeriod, "days_in_period", Precedence::kPrimary, 0},
    {Operation::kFinancialMonth, "financial_month", Precedence::kPrimary, 0},
    {Operation::kListed, "listed", Precedence::kPrimary, 0},
    {Operation::kNegate, "-", Precedence::kSign, 1},
    {Operation::kMultiply, "*", Precedence::kProduct, 2},
    {Operation::kDivide, "/", Precedence::kProduct, 2},
    {Operation::kAdd, "+", Precedence::kSum, 2},
    {Operation::kSubtract, "-", Precedence::kSum, 2},
    {Operation::kLess, "<", Precedence::kComparison, 2},
    {Operation::kLessOrEqual, "<=", Precedence::kComparison, 2},
    {Operation::kGreater, ">", Precedence::kComparison, 2},
    {Operation::kGreaterOrEqual, ">=", Precedence::kComparison, 2},
    {Operation::kEqual, "=", Precedence::kComparison, 2},
    {Operation::kNotEqual, "!=", Precedence::kComparison, 2},
    {Operation::kNot, "not", Precedence::kNot, 1},
    {Operation::kAnd, "and", Precedence::kAnd, 2},
    {Operation::kOr, "or", Precedence::kOr, 2},
};

}  // namespace

const OperationSyntax* FindSyntax(Operation operation) {
  for (const OperationSyntax& syntax : kSyntax) {
    if (syntax.operation == operation) return &syntax;
  }
  return nullptr;
}

const OperationSyntax* FindFunction(absl::string_view name) {
  for (const OperationSyntax& syntax : kSyntax) {
    if (syntax.precedence == Precedence::kPrimary && syntax.word == name) return &syntax;
  }
  return nullptr;
}

const OperationSyntax* FindInfix(absl::string_view word) {
  for (const OperationSyntax& syntax : kSyntax) {
    const bool infix = syntax.precedence != Precedence::kPrimary && syntax.operand_count == 2;
    if (infix && syntax.word == word) return &syntax;
  }
  return nullptr;
}

}  // namespace onereturn::internal

#include "common/expression/expression_types.h"

#include "absl/strings/str_cat.h"

namespace onereturn::internal {
namespace {

bool Require(const TypedPart& part, ExpressionType type, const OperationSyntax& syntax,
             ExpressionFault* fault) {
  if (part.type == type) return true;
  *fault = {part.column,
            type == ExpressionType::kNumber
                ? absl::StrCat("'", syntax.word, "' needs a number here, not a condition")
                : absl::StrCat("'", syntax.word, "' needs a condition here, not a number")};
  return false;
}

bool RequireSame(const TypedPart& first, const TypedPart& second, const OperationSyntax& syntax,
                 ExpressionFault* fault) {
  if (first.type == second.type) return true;
  *fault = {second.column, absl::StrCat("'", syntax.word,
                                        "' needs two numbers or two conditions, not one of each")};
  return false;
}

}  // namespace

std::optional<ExpressionType> TypeOfOperation(const OperationSyntax& syntax,
                                              absl::Span<const TypedPart> operands,
                                              ExpressionFault* fault) {
  constexpr auto kNumber = ExpressionType::kNumber;
  constexpr auto kBoolean = ExpressionType::kBoolean;
  switch (syntax.operation) {
    case Operation::kIsNull:
      return kBoolean;
    case Operation::kPrior:
      return operands[0].type;
    case Operation::kCoalesce:
      if (!RequireSame(operands[0], operands[1], syntax, fault)) return std::nullopt;
      return operands[0].type;
    case Operation::kIf:
      if (!Require(operands[0], kBoolean, syntax, fault)) return std::nullopt;
      if (!RequireSame(operands[1], operands[2], syntax, fault)) return std::nullopt;
      return operands[1].type;
    case Operation::kEqual:
    case Operation::kNotEqual:
      if (!RequireSame(operands[0], operands[1], syntax, fault)) return std::nullopt;
      return kBoolean;
    default:
      break;
  }
  const bool logical = syntax.precedence <= Precedence::kNot;
  for (const TypedPart& operand : operands) {
    if (!Require(operand, logical ? kBoolean : kNumber, syntax, fault)) return std::nullopt;
  }
  const bool condition = logical || syntax.precedence == Precedence::kComparison ||
                         syntax.operation == Operation::kIsWhole ||
                         syntax.operation == Operation::kOutsideLimits;
  return condition ? kBoolean : kNumber;
}

}  // namespace onereturn::internal

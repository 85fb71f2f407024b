// The types of an expression's operations. Internal to common/expression.
#ifndef ONERETURN_COMMON_EXPRESSION_EXPRESSION_TYPES_H_
#define ONERETURN_COMMON_EXPRESSION_EXPRESSION_TYPES_H_

#include <cstddef>
#include <optional>

#include "absl/types/span.h"
#include "common/expression/expression.h"
#include "common/expression/expression_tree.h"

namespace onereturn::internal {

// An operand: its type, and where it begins in the text.
struct TypedPart {
  ExpressionType type = ExpressionType::kNumber;
  size_t column = 1;
};

// The type of the operation over its operands; nullopt, and a fault, where one has another type
// than the operation takes.
std::optional<ExpressionType> TypeOfOperation(const OperationSyntax& syntax,
                                              absl::Span<const TypedPart> operands,
                                              ExpressionFault* fault);

}  // namespace onereturn::internal

#endif  // ONERETURN_COMMON_EXPRESSION_EXPRESSION_TYPES_H_

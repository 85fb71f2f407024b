// RETURN_IF_ERROR and ASSIGN_OR_RETURN: the only two macros of the project's error model.
#ifndef ONERETURN_COMMON_STATUS_STATUS_MACROS_H_
#define ONERETURN_COMMON_STATUS_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Evaluates an expression of type absl::Status and returns it from the enclosing function if it is
// an error.
#define RETURN_IF_ERROR(expression)                                  \
  do {                                                               \
    absl::Status return_if_error_status = (expression);              \
    if (!return_if_error_status.ok()) return return_if_error_status; \
  } while (false)

#define ONERETURN_CONCAT_INNER(a, b) a##b
#define ONERETURN_CONCAT(a, b) ONERETURN_CONCAT_INNER(a, b)

// ASSIGN_OR_RETURN(auto value, Function()): takes the value of an absl::StatusOr, or returns its
// error.
#define ASSIGN_OR_RETURN(declaration, expression) \
  ONERETURN_ASSIGN_OR_RETURN(ONERETURN_CONCAT(status_or_, __LINE__), declaration, expression)

#define ONERETURN_ASSIGN_OR_RETURN(status_or, declaration, expression) \
  auto status_or = (expression);                                       \
  if (!status_or.ok()) return std::move(status_or).status();           \
  declaration = std::move(status_or).value()

#endif  // ONERETURN_COMMON_STATUS_STATUS_MACROS_H_

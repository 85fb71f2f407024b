#ifndef ONERETURN_TOOLS_AUDITOR_WHOLE_FILE_H_
#define ONERETURN_TOOLS_AUDITOR_WHOLE_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace onereturn::auditor {

// The bytes of a file. INVALID_ARGUMENT, with the file's name, when it is not there or cannot be
// read.
absl::StatusOr<std::string> WholeFile(const std::string& file);

}  // namespace onereturn::auditor

#endif  // ONERETURN_TOOLS_AUDITOR_WHOLE_FILE_H_

// A file's content, whole.
#ifndef ONERETURN_COMMON_BASE_READ_FILE_H_
#define ONERETURN_COMMON_BASE_READ_FILE_H_

#include <optional>
#include <string>

namespace onereturn {

// Nothing when there is no such file, when it cannot be read to its end, and for a folder.
std::optional<std::string> ReadFile(const std::string& path);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_BASE_READ_FILE_H_

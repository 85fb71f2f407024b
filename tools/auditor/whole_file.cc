#include "tools/auditor/whole_file.h"

#include <fstream>
#include <sstream>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace onereturn::auditor {

absl::StatusOr<std::string> WholeFile(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream contents;
  // An empty file gives the string stream nothing to take, which it calls a failure.
  if (stream.is_open() && stream.peek() != std::ifstream::traits_type::eof()) {
    contents << stream.rdbuf();
  }
  if (!stream.is_open() || stream.bad() || contents.fail()) {
    return absl::InvalidArgumentError(absl::StrCat("\"", file, "\" cannot be read"));
  }
  return contents.str();
}

}  // namespace onereturn::auditor

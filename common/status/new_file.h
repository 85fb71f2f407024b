// Files that are written once: keys, certificates, orders.
#ifndef ONERETURN_COMMON_STATUS_NEW_FILE_H_
#define ONERETURN_COMMON_STATUS_NEW_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace onereturn {

// Writes `text` to a new file, on stable storage, its name too. `mode` is exactly the file's
// permissions, whatever the process's mask. FIELD_INVALID when the file exists already: a key is
// never overwritten. UNAVAILABLE when it cannot be written; then there is no file.
absl::Status WriteNewFile(const std::string& file, absl::string_view text, unsigned mode);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_STATUS_NEW_FILE_H_

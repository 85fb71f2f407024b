// The code that names an organisation.
#ifndef ONERETURN_COMMON_HIERARCHY_ODS_CODE_H_
#define ONERETURN_COMMON_HIERARCHY_ODS_CODE_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace onereturn {

inline constexpr size_t kMinOdsCodeLength = 3;
inline constexpr size_t kMaxOdsCodeLength = 12;

// OK for 3 to 12 upper-case letters A to Z and digits. INVALID_ARGUMENT names the fault: empty, too
// short, too long, a lower-case letter, a blank, or another character, with its place.
absl::Status CheckOdsCode(absl::string_view code);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_HIERARCHY_ODS_CODE_H_

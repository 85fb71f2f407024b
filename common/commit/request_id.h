// The form of a request id.
#ifndef ONERETURN_COMMON_COMMIT_REQUEST_ID_H_
#define ONERETURN_COMMON_COMMIT_REQUEST_ID_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace onereturn {

inline constexpr size_t kMaxRequestIdBytes = 128;

// 1 to `most` visible ASCII characters.
bool IsRequestId(absl::string_view text, size_t most = kMaxRequestIdBytes);

// REQUEST_ID unless it is one.
absl::Status CheckRequestId(absl::string_view text, size_t most = kMaxRequestIdBytes);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_COMMIT_REQUEST_ID_H_

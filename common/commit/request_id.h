// The form of a request id, and of those that a service makes of others.
#ifndef ONERETURN_COMMON_COMMIT_REQUEST_ID_H_
#define ONERETURN_COMMON_COMMIT_REQUEST_ID_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace onereturn {

inline constexpr size_t kMaxRequestIdBytes = 128;

// 1 to `most` visible ASCII characters.
bool IsRequestId(absl::string_view text, size_t most = kMaxRequestIdBytes);

// "{id}#{12 hexadecimal digits}.{part}": the id of a part of the request `id` that was made within
// `scope` (RequestScope() of journal.h; the digits are its SHA-256's first six bytes). It has 14
// bytes more than `id` and `part`. No caller can use one of this form, so that nobody can take the
// id of a part of another's request.
std::string DerivedRequestId(absl::string_view id, absl::string_view scope, absl::string_view part);
bool IsDerivedRequestId(absl::string_view text);

// Whether a caller may use it. REQUEST_ID: it is none, or of the form of DerivedRequestId().
// PERSONAL_DATA: it seems to hold an NHS number; ids are ledgered for ever.
absl::Status CheckRequestId(absl::string_view text, size_t most = kMaxRequestIdBytes);

}  // namespace onereturn

#endif  // ONERETURN_COMMON_COMMIT_REQUEST_ID_H_

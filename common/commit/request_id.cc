#include "common/commit/request_id.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace onereturn {

bool IsRequestId(absl::string_view text, size_t most) {
  return !text.empty() && text.size() <= most &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

absl::Status CheckRequestId(absl::string_view text, size_t most) {
  if (IsRequestId(text, most)) return absl::OkStatus();
  return Error(Reason::kRequestId, "the request id cannot be used")
      .Field("request_id", absl::StrCat("must have 1 to ", most, " visible ASCII characters"));
}

}  // namespace onereturn

#include "common/commit/request_id.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/base/personal_data.h"
#include "common/digest/digest.h"
#include "common/status/error.h"

namespace onereturn {
namespace {

constexpr size_t kScopeDigits = 12;

}  // namespace

bool IsRequestId(absl::string_view text, size_t most) {
  return !text.empty() && text.size() <= most &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

std::string DerivedRequestId(absl::string_view id, absl::string_view scope,
                             absl::string_view part) {
  return absl::StrCat(id, "#", DigestToHex(Sha256(scope)).substr(0, kScopeDigits), ".", part);
}

bool IsDerivedRequestId(absl::string_view text) {
  const size_t mark = text.rfind('#');
  if (mark == absl::string_view::npos || mark == 0) return false;
  const absl::string_view rest = text.substr(mark + 1);
  return rest.size() > kScopeDigits + 1 && rest[kScopeDigits] == '.' &&
         std::all_of(rest.begin(), rest.begin() + kScopeDigits,
                     [](char c) { return absl::ascii_isxdigit(static_cast<unsigned char>(c)); });
}

absl::Status CheckRequestId(absl::string_view text, size_t most) {
  constexpr char kMessage[] = "the request id cannot be used";
  if (!IsRequestId(text, most)) {
    return Error(Reason::kRequestId, kMessage)
        .Field("request_id", absl::StrCat("must have 1 to ", most, " visible ASCII characters"));
  }
  if (IsDerivedRequestId(text)) {
    return Error(Reason::kRequestId, kMessage)
        .Field("request_id", "ends as the ids do that the service gives the rows of a file");
  }
  if (HoldsPersonalData(text)) {
    return Error(Reason::kPersonalData, kMessage)
        .Field("request_id", "seems to hold an NHS number, and is kept for ever: use another");
  }
  return absl::OkStatus();
}

}  // namespace onereturn

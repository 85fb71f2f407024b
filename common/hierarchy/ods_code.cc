#include "common/hierarchy/ods_code.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace onereturn {

absl::Status CheckOdsCode(absl::string_view code) {
  if (code.empty()) return absl::InvalidArgumentError("the organisation code is empty");
  for (size_t i = 0; i < code.size() && i < kMaxOdsCodeLength; ++i) {
    const unsigned char character = static_cast<unsigned char>(code[i]);
    if (absl::ascii_isupper(character) || absl::ascii_isdigit(character)) continue;
    const char* fault = "is neither a letter A to Z nor a digit";
    if (absl::ascii_islower(character)) fault = "is a lower-case letter; write it in upper case";
    if (absl::ascii_isspace(character)) fault = "is a blank; write the code without blanks";
    return absl::InvalidArgumentError(
        absl::StrCat("character ", i + 1, " of the organisation code ", fault));
  }
  if (code.size() < kMinOdsCodeLength || code.size() > kMaxOdsCodeLength) {
    return absl::InvalidArgumentError(absl::StrCat("the organisation code has ", code.size(),
                                                   " characters; codes have ", kMinOdsCodeLength,
                                                   " to ", kMaxOdsCodeLength));
  }
  return absl::OkStatus();
}

}  // namespace onereturn

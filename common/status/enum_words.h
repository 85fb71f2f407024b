// Values of the API's enumerations as the words of a sentence.
#ifndef ONERETURN_COMMON_STATUS_ENUM_WORDS_H_
#define ONERETURN_COMMON_STATUS_ENUM_WORDS_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/generated_enum_reflection.h>

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace onereturn {

// "near duplicate" for CONCERN_KIND_NEAR_DUPLICATE; "" for the unspecified value, which has number
// 0 and ends in UNSPECIFIED, and for one that is not known.
template <typename Enum>
std::string EnumWords(Enum value) {
  const auto* values = google::protobuf::GetEnumDescriptor<Enum>();
  const auto* named = values->FindValueByNumber(static_cast<int>(value));
  if (named == nullptr || named->number() == 0) return "";
  const absl::string_view prefix =
      absl::StripSuffix(values->FindValueByNumber(0)->name(), "UNSPECIFIED");
  return absl::StrReplaceAll(absl::AsciiStrToLower(absl::StripPrefix(named->name(), prefix)),
                             {{"_", " "}});
}

}  // namespace onereturn

#endif  // ONERETURN_COMMON_STATUS_ENUM_WORDS_H_

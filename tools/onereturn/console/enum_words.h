// Enumerations as words of the command line: "holding-to-account" for PURPOSE_HOLDING_TO_ACCOUNT.
#ifndef ONERETURN_TOOLS_ONERETURN_CONSOLE_ENUM_WORDS_H_
#define ONERETURN_TOOLS_ONERETURN_CONSOLE_ENUM_WORDS_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/generated_enum_reflection.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "tools/onereturn/console/error_text.h"

namespace onereturn::client {

// The word of a value, with hyphens; "" for the unspecified and for one that is not known.
// `prefix`: what every name begins with, such as "PURPOSE_".
template <typename Enum>
std::string WordOf(Enum value, absl::string_view prefix) {
  const auto* found = google::protobuf::GetEnumDescriptor<Enum>()->FindValueByNumber(value);
  if (found == nullptr || found->number() == 0) return "";
  absl::string_view name = found->name();
  absl::ConsumePrefix(&name, prefix);
  return absl::StrReplaceAll(absl::AsciiStrToLower(name), {{"_", "-"}});
}

// All words but the unspecified, in order: "agree, object, comment".
template <typename Enum>
std::string AllWords(absl::string_view prefix) {
  std::vector<std::string> words;
  const auto* descriptor = google::protobuf::GetEnumDescriptor<Enum>();
  for (int i = 0; i < descriptor->value_count(); ++i) {
    std::string word = WordOf(static_cast<Enum>(descriptor->value(i)->number()), prefix);
    if (!word.empty()) words.push_back(std::move(word));
  }
  return absl::StrJoin(words, ", ");
}

// The value that a word names, in any case, with hyphens, blanks or underscores. A usage error that
// lists the words; `what`: "purpose".
template <typename Enum>
absl::StatusOr<Enum> EnumOfWord(absl::string_view word, absl::string_view prefix,
                                absl::string_view what) {
  const std::string name = absl::StrCat(
      prefix, absl::AsciiStrToUpper(absl::StrReplaceAll(word, {{"-", "_"}, {" ", "_"}})));
  const auto* found = google::protobuf::GetEnumDescriptor<Enum>()->FindValueByName(name);
  if (found == nullptr || found->number() == 0) {
    return UsageError(absl::StrCat("\"", word, "\" is no ", what),
                      absl::StrCat("Give one of: ", AllWords<Enum>(prefix), "."));
  }
  return static_cast<Enum>(found->number());
}

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_CONSOLE_ENUM_WORDS_H_

// For what figures of others are read, and on which terms.
#ifndef ONERETURN_TOOLS_ONERETURN_COMMANDS_REUSE_H_
#define ONERETURN_TOOLS_ONERETURN_COMMANDS_REUSE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "onereturn/common/v1/purpose.pb.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/console/enum_words.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {

// --purpose
inline CLI::Option* AddPurposeOption(CLI::App* command, std::string* purpose) {
  return command
      ->add_option("--purpose", *purpose,
                   "What the figures of others are for, where their items state rights of reuse: " +
                       AllWords<common::v1::Purpose>("PURPOSE_"))
      ->type_name("PURPOSE");
}

// UNSPECIFIED for an empty word; a usage error for one that is none.
inline absl::StatusOr<common::v1::Purpose> PurposeOf(const std::string& word) {
  if (word.empty()) return common::v1::PURPOSE_UNSPECIFIED;
  return EnumOfWord<common::v1::Purpose>(word, "PURPOSE_", "purpose");
}

// A line for each.
template <typename Terms>
std::string TermsText(const Terms& terms) {
  std::string text;
  for (const std::string& one : terms) {
    absl::StrAppend(&text, "To be used so: ", Printable(one), "\n");
  }
  return text;
}

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_COMMANDS_REUSE_H_

// How commands print what they were answered: as JSON, or for people.
#ifndef ONERETURN_TOOLS_ONERETURN_COMMANDS_PRINTED_ANSWER_H_
#define ONERETURN_TOOLS_ONERETURN_COMMANDS_PRINTED_ANSWER_H_

#include <functional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {

// A list: `table`, or the sentence `none` where it has no row.
template <typename Answer>
ExitCode PrintList(const Answer& answer, const TextTable& table, absl::string_view none,
                   Environment* environment) {
  environment->console.Print(environment->json ? JsonOf(answer) + "\n"
                             : table.empty()   ? absl::StrCat(none, "\n")
                                               : table.Render(environment->console.width()));
  return ExitCode::kOk;
}

// A step that was taken: of what (`name`), what it is now (`state`), and in whole lines what comes
// next. The answer says whether the same request was taken before.
template <typename Answer>
ExitCode PrintStep(const Answer& answer, absl::string_view name, absl::string_view state,
                   absl::string_view next, Environment* environment) {
  environment->console.Print(
      environment->json
          ? JsonOf(answer) + "\n"
          : absl::StrCat(name, answer.replayed() ? " (the same request was taken before)" : "",
                         ": ", state, ".\n", next));
  return ExitCode::kOk;
}

// "proposed": the end of an enumeration's name, "CHANGE_STATE_PROPOSED".
inline std::string LowerWordOf(absl::string_view name, absl::string_view prefix) {
  absl::ConsumePrefix(&name, prefix);
  return absl::AsciiStrToLower(name);
}

// An option whose value goes into a request.
inline CLI::Option* AddTextOption(CLI::App* command, const std::string& option,
                                  const std::string& what, const std::string& type,
                                  std::function<void(const std::string& value)> set) {
  return command->add_option_function<std::string>(option, std::move(set), what)->type_name(type);
}

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_COMMANDS_PRINTED_ANSWER_H_

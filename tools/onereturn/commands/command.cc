#include "tools/onereturn/commands/command.h"

#include <algorithm>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/clock/clock.h"
#include "common/feed/position.h"
#include "common/feed/wire.h"
#include "common/status/status_macros.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

constexpr double kUsualTimeoutSeconds = 30;
constexpr double kLongestTimeoutSeconds = 86'400;
constexpr size_t kHelpWidth = 80;  // Where no terminal says another.

// Is `error` about something that is missing?
bool IsAboutAbsence(const CLI::ParseError& error) {
  return error.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError);
}

// A command line that cannot be read does not say which way it wants its errors: look at its words.
bool WantsJson(int argument_count, char** arguments) {
  return std::any_of(arguments, arguments + argument_count,
                     [](const char* word) { return absl::string_view(word) == "--json"; });
}

// Descriptions flow: their lines are broken once, for the terminal that is there.
void LetFlow(CLI::App* app) {
  app->description(absl::StrReplaceAll(app->get_description(), {{"\n", " "}}));
  for (CLI::Option* option : app->get_options()) {
    option->description(absl::StrReplaceAll(option->get_description(), {{"\n", " "}}));
  }
  for (CLI::App* command : app->get_subcommands({})) LetFlow(command);
}

}  // namespace

absl::StatusOr<Session> Environment::OpenSession() const {
  CallLimits limits;
  limits.deadline = std::chrono::milliseconds(static_cast<int64_t>(timeout_seconds * 1'000));
  limits.role = role;
  return Session::Open(profile, limits);
}

CommandLine::CommandLine(Environment* environment)
    : environment_(environment),
      app_("Onereturn: submit each figure once, and trace every rating back to it.", "onereturn") {
  environment_->timeout_seconds = kUsualTimeoutSeconds;
  app_.require_subcommand(1);
  app_.add_option("--profile", environment_->profile,
                  "File that says who calls and where the services are (else ONERETURN_PROFILE)")
      ->type_name("FILE");
  app_.add_flag("--json", environment_->json, "Write JSON for programs instead of tables");
  app_.add_option("--role", environment_->role,
                  "Role to act under, where several are held and permit the command")
      ->type_name("ROLE");
  app_.add_option("--timeout", environment_->timeout_seconds, "Longest time one call may take")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.001, kLongestTimeoutSeconds));
  app_.footer(
      "Exit codes: 0 done, 1 invalid data, 2 wrong usage, 3 not reached or refused,\n"
      "            4 not found.\n"
      "Example:\n"
      "  onereturn init --folder ~/onereturn\n"
      "  onereturn league ae_four_hour_all --period 2024-03 --profile "
      "~/onereturn/analyst.profile.textproto");
}

CLI::App* CommandLine::Add(CLI::App* parent, const Words& words, CommandBody body) {
  CLI::App* command =
      (parent == nullptr ? &app_ : parent)->add_subcommand(words.name, words.description);
  command->fallthrough();
  command->footer(absl::StrCat(
      "Example:\n  onereturn ",
      absl::StrReplaceAll(words.example, {{"\n ", "\n      "}, {"\n", "\n  onereturn "}})));
  if (body == nullptr) {
    command->require_subcommand(1);
  } else {
    // Where one below it is chosen, that one is meant.
    command->callback([this, command, body = std::move(body)] {
      if (command->get_subcommands().empty()) chosen_ = body;
    });
  }
  return command;
}

absl::StatusOr<ExitCode> CommandLine::Run(int argument_count, char** arguments) {
  LetFlow(&app_);
  try {
    app_.parse(argument_count, arguments);
  } catch (const CLI::ParseError& error) {  // CLI11 reports by throwing: it ends here.
    std::ostringstream help;
    std::ostringstream fault;
    // CLI11 looks for what is missing before it looks at what it does not know, and a command or an
    // option that it does not know is most often why something is missing.
    const std::vector<std::string> unknown = app_.remaining(/*recurse=*/true);
    const int code = IsAboutAbsence(error) && !unknown.empty()
                         ? app_.exit(CLI::ExtrasError("onereturn", unknown), help, fault)
                         : app_.exit(error, help, fault);
    const size_t width = environment_->console.width();
    environment_->console.Print(WrappedHelp(help.str(), width == 0 ? kHelpWidth : width));
    if (code != 0 && WantsJson(argument_count, arguments)) {
      const std::vector<std::string> lines = absl::StrSplit(fault.str(), '\n');
      environment_->json = true;
      return UsageError(lines.front(), "Run the command with --help for its options.");
    }
    environment_->console.Note(fault.str());
    return code == 0 ? ExitCode::kOk : ExitCode::kUsage;
  }
  return chosen_(*environment_);
}

void AddRequestIdOption(CLI::App* command, std::string* request_id) {
  command
      ->add_option("--request-id", *request_id,
                   "Id of the request (else from its content, so that a repeat changes nothing)")
      ->type_name("ID");
}

void AddReadOptions(CLI::App* command, ReadOptions* options) {
  command
      ->add_option("--at-least", options->at_least,
                   "Wait until the service has taken in this position (read your own writes)")
      ->type_name("POSITION");
  command
      ->add_option("--as-of", options->as_of,
                   "Answer as it was at a position, or at a time such as 2024-05-01T09:00:00Z")
      ->type_name("POSITION|TIME");
}

namespace {

constexpr char kTimeOrPosition[] =
    "Write a time such as 2024-05-01T09:00:00Z, or a position that an answer gave.";

// Whether a service takes the position is the service's to say; what is none was meant otherwise.
absl::Status CheckIsPosition(absl::string_view option, const std::string& text,
                             absl::string_view remedy) {
  if (text.empty() || Position::Parse(text).ok()) return absl::OkStatus();
  return UsageError(absl::StrCat(option, ": \"", text, "\" is no position"), remedy);
}

}  // namespace

absl::StatusOr<onereturn::common::v1::ReadAt> ToReadAt(const ReadOptions& options) {
  onereturn::common::v1::ReadAt read;
  RETURN_IF_ERROR(CheckIsPosition("--at-least", options.at_least,
                                  "Give a position as an answer gave it, unchanged."));
  read.set_at_least(options.at_least);
  // Positions are base64url: no colon stands in one, and every time has one.
  if (absl::StrContains(options.as_of, ':')) {
    const absl::StatusOr<Timestamp> time = ParseTimestamp(options.as_of);
    if (!time.ok()) {
      return UsageError(absl::StrCat("--as-of: ", time.status().message()), kTimeOrPosition);
    }
    *read.mutable_as_of_time() = ToWire(*time);
  } else if (!options.as_of.empty()) {
    RETURN_IF_ERROR(CheckIsPosition("--as-of", options.as_of, kTimeOrPosition));
    read.set_as_of_position(options.as_of);
  }
  return read;
}

}  // namespace onereturn::client

// What the command families share: how a command is declared, and what it gets when it runs.
#ifndef ONERETURN_TOOLS_ONERETURN_COMMANDS_COMMAND_H_
#define ONERETURN_TOOLS_ONERETURN_COMMANDS_COMMAND_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "onereturn/common/v1/read.pb.h"
#include "tools/onereturn/connection/pages.h"
#include "tools/onereturn/connection/session.h"
#include "tools/onereturn/console/console.h"
#include "tools/onereturn/console/error_text.h"

namespace onereturn::client {

// What a command gets. The options are those that every command takes.
struct Environment {
  Console console;
  std::string profile;
  bool json = false;
  std::string role;  // The role to act under; empty: the only one that permits what is asked.
  double timeout_seconds = 0;

  absl::StatusOr<Session> OpenSession() const;
};

using CommandBody = std::function<absl::StatusOr<ExitCode>(Environment& environment)>;

// The command line as a whole: commands are added, then one of them is chosen by parsing.
class CommandLine {
 public:
  explicit CommandLine(Environment* environment);

  struct Words {
    std::string name;
    std::string description;
    std::string example;  // What follows "onereturn ": a line or more.
  };
  // A command under `parent`, null for the top. `body` runs when it is chosen; it may be null for a
  // command that only holds others. Options are added to what is returned.
  CLI::App* Add(CLI::App* parent, const Words& words, CommandBody body);

  // Parses and runs. Help and faults of the command line are printed here.
  absl::StatusOr<ExitCode> Run(int argument_count, char** arguments);

 private:
  Environment* environment_;
  CLI::App app_;
  CommandBody chosen_;
};

// --request-id, for calls whose id is else made of what they say: a repeat changes nothing.
void AddRequestIdOption(CLI::App* command, std::string* request_id);

// The state a read is answered at, as the command line gives it.
struct ReadOptions {
  std::string at_least;
  std::string as_of;
};
void AddReadOptions(CLI::App* command, ReadOptions* options);
// `as_of` may be a position or a time (RFC 3339).
absl::StatusOr<onereturn::common::v1::ReadAt> ToReadAt(const ReadOptions& options);

// The families. Each file adds its own commands.
void AddInitCommand(CommandLine* line);
void AddLoginCommands(CommandLine* line);
void AddApplyCommand(CommandLine* line);
void AddTemplateCommand(CommandLine* line);
void AddCheckCommand(CommandLine* line);
void AddSubmitCommand(CommandLine* line);
void AddReturnsCommand(CommandLine* line);
void AddFindingsCommands(CommandLine* line);
void AddMetricsCommand(CommandLine* line);
void AddLeagueCommand(CommandLine* line);
void AddTrendCommand(CommandLine* line);
void AddAssessCommands(CommandLine* line);
void AddTraceCommand(CommandLine* line);
void AddReportCommand(CommandLine* line);
void AddWatchCommands(CommandLine* line);
void AddStatusCommands(CommandLine* line);
void AddRevokeCommand(CommandLine* line);
void AddRotateKeyCommand(CommandLine* line);
void AddBackupCommands(CommandLine* line);
void AddRightsCommands(CommandLine* line);
void AddAccessLogCommand(CommandLine* line);
void AddTimetableCommands(CommandLine* line);
void AddCatalogueCommands(CommandLine* line);
// Below `catalogue`.
void AddChangeCommands(CommandLine* line, CLI::App* catalogue);
void AddBacktestCommand(CommandLine* line, CLI::App* catalogue);
void AddOrganisationsOfCommand(CommandLine* line, CLI::App* catalogue);
void AddDraftCommands(CommandLine* line);
void AddSignOffCommands(CommandLine* line);
void AddDiffCommand(CommandLine* line);
void AddNoticeCommands(CommandLine* line);
void AddDelegateCommand(CommandLine* line);
void AddReviewCommands(CommandLine* line);
void AddRequestCommands(CommandLine* line);
void AddSimplifiedCommands(CommandLine* line);
void AddHoursCommands(CommandLine* line);

}  // namespace onereturn::client

#endif  // ONERETURN_TOOLS_ONERETURN_COMMANDS_COMMAND_H_

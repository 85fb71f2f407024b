// The command-line client.
#include <grpc/support/log.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "tools/onereturn/commands/command.h"

namespace onereturn::client {
namespace {

// What gRPC would log stands in the errors too.
void DropLog(gpr_log_func_args* /*line*/) {}

int Run(int argument_count, char** arguments) {
  gpr_set_log_function(DropLog);
  Environment environment;
  CommandLine line(&environment);
  AddInitCommand(&line);
  AddLoginCommands(&line);
  AddApplyCommand(&line);
  AddTemplateCommand(&line);
  AddCheckCommand(&line);
  AddSubmitCommand(&line);
  AddReturnsCommand(&line);
  AddFindingsCommands(&line);
  AddTimetableCommands(&line);
  AddDraftCommands(&line);
  AddSignOffCommands(&line);
  AddDiffCommand(&line);
  AddNoticeCommands(&line);
  AddReviewCommands(&line);
  AddRequestCommands(&line);
  AddSimplifiedCommands(&line);
  AddHoursCommands(&line);
  AddMetricsCommand(&line);
  AddLeagueCommand(&line);
  AddTrendCommand(&line);
  AddAssessCommands(&line);
  AddTraceCommand(&line);
  AddReportCommand(&line);
  AddWatchCommands(&line);
  AddStatusCommands(&line);
  AddRevokeCommand(&line);
  AddRotateKeyCommand(&line);
  AddBackupCommands(&line);
  AddRightsCommands(&line);
  AddDelegateCommand(&line);
  AddAccessLogCommand(&line);
  AddCatalogueCommands(&line);
  absl::StatusOr<ExitCode> outcome = line.Run(argument_count, arguments);
  // Whoever reads the answer and not the exit code must not take a part for the whole.
  if (outcome.ok() && !environment.console.written().ok()) outcome = environment.console.written();
  if (outcome.ok()) return static_cast<int>(*outcome);
  environment.console.Note(environment.json ? ErrorJson(outcome.status())
                                            : ErrorText(outcome.status()));
  return static_cast<int>(ExitCodeOf(outcome.status()));
}

}  // namespace
}  // namespace onereturn::client

int main(int argument_count, char** arguments) {
  try {
    return onereturn::client::Run(argument_count, arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "onereturn: %s\n", error.what());
  } catch (...) {
    std::fprintf(stderr, "onereturn: an unknown fault\n");
  }
  return static_cast<int>(onereturn::client::ExitCode::kRefused);
}

// revoke: certificates of a development deployment are taken back.
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/clock/clock.h"
#include "common/status/status_macros.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/commands/deployment_revocation.h"
#include "tools/onereturn/console/json_writer.h"

namespace onereturn::client {
namespace {

struct RevokeOptions {
  std::string folder;
  std::vector<std::string> names;
};

absl::StatusOr<ExitCode> Revoke(const RevokeOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const std::string file,
                   RevokeInDeployment(options.folder, options.names, SystemClock().Now()));
  if (environment.json) {
    JsonWriter json;
    json.BeginObject().Key("list_file").Text(file).EndObject();
    environment.console.Print(json.Take());
    return ExitCode::kOk;
  }
  environment.console.Print(absl::StrCat(
      options.names.empty() ? "The list" : absl::StrJoin(options.names, ", "),
      options.names.empty() ? " was made anew" : " stands on the list", ": ", file,
      ".\nServices that name it as tls.revocation_file follow it within a second or so. It is good "
      "for 30 days;\nafter that it stays in force, and their logs say that it is old: run this "
      "without names then.\n"));
  return ExitCode::kOk;
}

}  // namespace

void AddRevokeCommand(CommandLine* line) {
  auto options = std::make_shared<RevokeOptions>();
  CLI::App* command = line->Add(
      nullptr,
      {"revoke",
       "Take back certificates of a deployment that `init` made: its services refuse them from\n"
       "then on, also on connections that stand. Without names the list is made anew. For\n"
       "development: elsewhere the authority that issues certificates takes them back.",
       "revoke analyst --folder ~/onereturn"},
      [options](Environment& environment) { return Revoke(*options, environment); });
  command->add_option("name", options->names, "Whose: a file in certificates/, without .pem")
      ->type_name("NAME");
  command->add_option("--folder", options->folder, "The folder of the deployment")
      ->type_name("FOLDER")
      ->required();
}

}  // namespace onereturn::client

// init: a development deployment in a folder.
#include <memory>
#include <set>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/commands/deployment.h"
#include "tools/onereturn/console/json_writer.h"

namespace onereturn::client {
namespace {

struct InitOptions {
  std::string folder;
  std::vector<std::string> organisations;
  std::vector<int> ports = {7401, 7402, 7403};
};

bool IsOrganisationCode(const std::string& code) {
  constexpr size_t kShortest = 3;
  constexpr size_t kLongest = 12;
  if (code.size() < kShortest || code.size() > kLongest) return false;
  return code.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == std::string::npos;
}

absl::StatusOr<DeploymentOptions> Checked(const InitOptions& options) {
  DeploymentOptions deployment;
  deployment.folder = options.folder;
  std::set<std::string> seen;
  for (const std::string& code : options.organisations) {
    if (!IsOrganisationCode(code)) {
      return UsageError(absl::StrCat("\"", code, "\" is no organisation code"),
                        "Give codes of 3 to 12 upper-case letters and digits, such as RLQ.");
    }
    if (seen.insert(code).second) deployment.organisations.push_back(code);
  }
  for (size_t i = 0; i < deployment.ports.size(); ++i) deployment.ports[i] = options.ports[i];
  std::set<int> used;
  for (int port : deployment.ports) {
    if (port != 0 && !used.insert(port).second) {
      return UsageError(absl::StrCat("port ", port, " is given twice"),
                        "Give each service a port of its own, or 0 for a free one.");
    }
  }
  return deployment;
}

std::string NextSteps(const DeploymentOptions& deployment) {
  const std::string& folder = deployment.folder;
  return absl::StrCat(
      "A development deployment lies in ", folder,
      ": an authority, certificates, keys, rights,\n"
      "configurations and profiles. Its keys are for development only.\n\n"
      "Next:\n"
      "  ingestiond  --config ",
      folder,
      "/ingestion.textproto &\n"
      "  metricsd    --config ",
      folder,
      "/metrics.textproto &\n"
      "  assessmentd --config ",
      folder,
      "/assessment.textproto &\n"
      "  onereturn status --wait 30 --profile ",
      folder,
      "/operator.profile.textproto\n"
      "  onereturn apply deploy/england deploy/demo --profile ",
      folder,
      "/steward.profile.textproto\n"
      "  onereturn submit deploy/demo/MSitAE-*.csv --collection MSitAE --layout onereturn-wide \\\n"
      "      --profile ",
      folder,
      "/loader.profile.textproto\n"
      "  onereturn league ae_four_hour_all --period 2024-03 --profile ",
      folder, "/analyst.profile.textproto\n");
}

absl::StatusOr<ExitCode> Init(const InitOptions& options, Environment& environment) {
  ASSIGN_OR_RETURN(const DeploymentOptions deployment, Checked(options));
  RETURN_IF_ERROR(WriteDeployment(deployment));
  if (!environment.json) {
    environment.console.Print(NextSteps(deployment));
    return ExitCode::kOk;
  }
  JsonWriter json;
  json.BeginObject().Key("folder").Text(deployment.folder).Key("profiles").BeginArray();
  for (const Persona& persona : PersonasOf(deployment.organisations)) {
    json.Text(absl::StrCat(deployment.folder, "/", persona.name, ".profile.textproto"));
  }
  environment.console.Print(json.EndArray().EndObject().Take());
  return ExitCode::kOk;
}

}  // namespace

void AddInitCommand(CommandLine* line) {
  auto options = std::make_shared<InitOptions>();
  CLI::App* command = line->Add(
      nullptr,
      {"init",
       "Make a folder with all that three services and their callers need on this machine:\n"
       "an authority, certificates, keys, rights, configurations, profiles. For development.",
       "init --folder ~/onereturn --organisations RLQ,RWP"},
      [options](Environment& environment) { return Init(*options, environment); });
  command->add_option("--folder", options->folder, "A new or empty folder")
      ->type_name("FOLDER")
      ->required();
  command
      ->add_option("--organisations", options->organisations,
                   "Organisations to make a submitter's profile for")
      ->type_name("CODE,...")
      ->delimiter(',');
  command
      ->add_option("--ports", options->ports,
                   "Ports of ingestion, metrics and assessment on 127.0.0.1; 0 takes one that is "
                   "free now")
      ->type_name("PORT,PORT,PORT")
      ->delimiter(',')
      ->expected(3)
      ->check(CLI::Range(0, 65'535));
}

}  // namespace onereturn::client

// The auditor's command line. Exit codes: 0 all holds, 1 a lie was found, 2 the command line is
// wrong, 3 something could not be checked.
#include <grpc/support/log.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/auditor/audit.h"
#include "tools/auditor/receipts.h"
#include "tools/auditor/recompute.h"
#include "tools/auditor/service.h"

namespace onereturn::auditor {
namespace {

constexpr int kUsage = 2;

constexpr char kExitCodes[] =
    "Exit codes: 0 all holds; 1 a lie was found, and the first one is named; 2 the command line "
    "is\n"
    "wrong; 3 something could not be checked.";

volatile std::sig_atomic_t stopped = 0;

void Stop(int /*signal*/) { stopped = 1; }

// What gRPC would log stands in the errors too.
void DropLog(gpr_log_func_args* /*line*/) {}

// What one command was given. A set of its own for each: the environment fills the profile of every
// command, of those that were not chosen too.
struct Options {
  bool json = false;
  std::string profile;
  std::string state;
  std::vector<std::string> services = {"ingestion", "metrics", "assessment"};
  bool full = false;
  bool once = false;
  std::string every;
  std::vector<std::string> files;
  std::string keys;
  std::string metric;
  std::string period;
  std::vector<std::string> organisations;
};

int Finish(const Report& report, const Options& options) {
  const std::string text = options.json ? ReportJson(report) : ReportText(report);
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
  return report.ExitCode();
}

int Refuse(absl::string_view why) {
  std::fprintf(stderr, "onereturn-auditor: %s\n", std::string(why).c_str());
  return kUsage;
}

// "60s", "5m", "1h" in seconds; 0 for anything else.
int64_t SecondsOf(const std::string& text) {
  int64_t number = 0;
  char unit = 's';
  char more = 0;
  const int read = std::sscanf(text.c_str(), "%ld%c%c", &number, &unit, &more);
  if (read < 1 || read > 2 || number <= 0 || number > 1'000'000) return 0;
  switch (unit) {
    case 's':
      return number;
    case 'm':
      return number * 60;
    case 'h':
      return number * 3600;
    default:
      return 0;
  }
}

int VerifyReceipts(const Options& options) {
  const auto keys = ReadKeys(options.keys);
  if (!keys.ok()) return Refuse(keys.status().message());
  Report report;
  size_t count = 0;
  for (const std::string& file : options.files) {
    const auto receipts = ReadReceipts(file);
    if (!receipts.ok()) {
      report.unchecked.push_back(std::string(receipts.status().message()));
      continue;
    }
    for (const auto& receipt : *receipts) {
      ++count;
      VerifyReceipt(receipt, *keys, file, &report);
    }
  }
  report.notes.push_back(absl::StrCat(count, count == 1 ? " receipt read." : " receipts read."));
  return Finish(report, options);
}

int RunAudit(const Options& options) {
  const auto profile = ReadProfile(options.profile);
  if (!profile.ok()) return Refuse(profile.status().message());
  const int64_t seconds = options.every.empty() ? 0 : SecondsOf(options.every);
  if (!options.every.empty() && seconds == 0) {
    return Refuse("--every takes a number of seconds, minutes or hours: 60s, 5m, 1h");
  }
  std::signal(SIGINT, Stop);
  std::signal(SIGTERM, Stop);
  const AuditOptions audit{*profile, options.state, options.services, options.full};
  while (true) {
    const auto begun = std::chrono::steady_clock::now();
    const int code = Finish(Audit(audit), options);
    // A lie ends it: whoever supervises the auditor must look.
    if (seconds == 0 || code == 1) return code;
    const auto next = begun + std::chrono::seconds(seconds);
    while (stopped == 0 && std::chrono::steady_clock::now() < next) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    if (stopped != 0) return code;
  }
}

int RunRecompute(const Options& options) {
  const auto profile = ReadProfile(options.profile);
  if (!profile.ok()) return Refuse(profile.status().message());
  return Finish(Recompute({*profile, options.metric, options.period, options.organisations}),
                options);
}

CLI::App* AddCommand(CLI::App* app, const char* name, const char* description,
                     const std::string& example, Options* options) {
  CLI::App* command = app->add_subcommand(name, description);
  command->footer(absl::StrCat("Example:\n  onereturn-auditor ", example, "\n\n", kExitCodes));
  command->add_flag("--json", options->json, "One line of JSON in place of text");
  return command;
}

void AddProfile(CLI::App* command, Options* options) {
  command
      ->add_option("--profile", options->profile,
                   "The auditor's profile: certificate, services, public keys")
      ->type_name("FILE")
      ->envname("ONERETURN_PROFILE")
      ->required();
}

void AddVerifyReceipt(CLI::App* app, Options* options) {
  CLI::App* command = AddCommand(
      app, "verify-receipt",
      "Verify receipts offline: entry, leaf, proof of inclusion, signature of the head.",
      "verify-receipt receipt.json --keys keys/\n  (a receipt is saved with: onereturn returns RLQ "
      "--collection MSitAE --period 2024-03 --receipt --json > receipt.json)",
      options);
  command->add_option("FILE", options->files, "What the client printed with --json, or a Receipt")
      ->type_name("")
      ->required();
  command
      ->add_option("--keys", options->keys,
                   "Public keys: a PEM file with one or more, or a folder of *.pem")
      ->type_name("PATH")
      ->required();
}

void AddAudit(CLI::App* app, Options* options) {
  CLI::App* command = AddCommand(
      app, "audit",
      "Audit the services: signed heads, feeds, proofs, and the heads they hold of each other,\n"
      "against everything that was ever seen of them. The state folder is the auditor's memory:\n"
      "keep it where nobody who runs the services can write.",
      "audit --profile auditor.profile.textproto --state audit-state --full", options);
  AddProfile(command, options);
  command->add_option("--state", options->state, "Folder of what is remembered; made when missing")
      ->type_name("FOLDER")
      ->required();
  command->add_option("--service", options->services, "Only these services")
      ->type_name("NAME")
      ->check(CLI::IsMember({"ingestion", "metrics", "assessment"}));
  command->add_flag("--full", options->full,
                    "Read every entry, chunk and file again, and all that is served of them");
  auto* once = command->add_flag("--once", options->once, "One cycle (as without --every)");
  command
      ->add_option("--every", options->every,
                   "A cycle each time this has passed, until a lie is found: 60s, 5m, 1h")
      ->type_name("TIME")
      ->excludes(once);
}

void AddRecompute(CLI::App* app, Options* options) {
  CLI::App* command = AddCommand(
      app, "recompute",
      "Recompute a published figure from the cells of the feed, and compare it with what metrics\n"
      "serves at the same position.",
      "recompute --profile auditor.profile.textproto --metric ae_four_hour_all --period 2024-03 "
      "\\\n"
      "      --organisation X24",
      options);
  AddProfile(command, options);
  command->add_option("--metric", options->metric, "Code of the metric")
      ->type_name("CODE")
      ->required();
  command->add_option("--period", options->period, "Canonical text of the period")
      ->type_name("PERIOD")
      ->required();
  command
      ->add_option("--organisation", options->organisations,
                   "ODS codes; without it every provider, ICB, region and nation")
      ->type_name("CODE");
}

int Run(int argument_count, char** arguments) {
  gpr_set_log_function(DropLog);
  Options verify_options;
  Options audit_options;
  Options recompute_options;
  CLI::App app("Verifies what Onereturn's services say, with no code of theirs.",
               "onereturn-auditor");
  app.footer(kExitCodes);
  app.require_subcommand(1);
  AddVerifyReceipt(&app, &verify_options);
  AddAudit(&app, &audit_options);
  AddRecompute(&app, &recompute_options);
  try {
    app.parse(argument_count, arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  if (app.got_subcommand("verify-receipt")) return VerifyReceipts(verify_options);
  if (app.got_subcommand("audit")) return RunAudit(audit_options);
  return RunRecompute(recompute_options);
}

}  // namespace
}  // namespace onereturn::auditor

int main(int argument_count, char** arguments) {
  try {
    return onereturn::auditor::Run(argument_count, arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "onereturn-auditor: %s\n", error.what());
  }
  return 3;
}

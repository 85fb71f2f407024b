// backup, backups and restore.
#include <openssl/rand.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/feed/wire.h"
#include "common/rpc/server.h"
#include "common/status/new_file.h"
#include "common/status/status_macros.h"
#include "google/protobuf/text_format.h"
#include "onereturn/operations/v1/operations.grpc.pb.h"
#include "tools/onereturn/commands/command.h"
#include "tools/onereturn/console/json_writer.h"
#include "tools/onereturn/console/number_text.h"
#include "tools/onereturn/console/text_table.h"

namespace onereturn::client {
namespace {

namespace fs = std::filesystem;

using BackupClient = ServiceClient<operations::v1::BackupService>;
using operations::v1::BackupRun;
using operations::v1::ListBackupsResponse;

// Between two looks at a backup that is being made: at first, and when it takes long.
constexpr std::chrono::milliseconds kFirstLook{125};
constexpr std::chrono::milliseconds kLookInterval{5'000};

// A service that is asked, and the run that was begun there; empty: none.
struct AskedService {
  std::string name;
  BackupClient client;
  std::string run;
};

// What is shown of one service.
using Ask = std::function<absl::StatusOr<ListBackupsResponse>(const AskedService& service,
                                                              Console* console)>;

void AddRow(const std::string& service, const operations::v1::Backup& backup, TextTable* table) {
  const absl::StatusOr<Timestamp> time = FromWire(backup.time());
  table->Row({service, backup.name(), time.ok() ? FormatTimestamp(*time).substr(0, 19) : "",
              absl::StrCat(backup.epoch()), WithThousands(backup.sequence()),
              backup.bytes() == 0 ? "" : BytesText(backup.bytes()),
              backup.by_hand() ? "by hand" : ""});
}

// UsageError when the profile does not name `only`.
absl::StatusOr<std::vector<AskedService>> ServicesOf(const Session& session,
                                                     const std::string& only) {
  std::vector<AskedService> services;
  for (const config::v1::Peer& peer : session.profile().services()) {
    if (!only.empty() && peer.service() != only) continue;
    ASSIGN_OR_RETURN(auto client, session.To<operations::v1::BackupService>(peer.service()));
    services.push_back({peer.service(), std::move(client), ""});
  }
  if (services.empty() && !only.empty()) {
    return UsageError(absl::StrCat("the profile names no service \"", only, "\""),
                      "Give ingestion, metrics or assessment.");
  }
  return services;
}

absl::StatusOr<ExitCode> Show(const std::vector<AskedService>& services, const Ask& ask,
                              Environment& environment) {
  TextTable table({{"service"},
                   {"copy"},
                   {"made (UTC)"},
                   {"epoch", TextTable::Align::kRight},
                   {"holds to", TextTable::Align::kRight},
                   {"size", TextTable::Align::kRight},
                   {""}});
  JsonWriter json;
  json.BeginObject().Key("services").BeginArray();
  for (const AskedService& service : services) {
    const auto answer = ask(service, &environment.console);
    environment.console.EndProgress();
    if (!answer.ok()) return Within(service.name, answer.status());
    for (const auto& backup : answer->backups()) AddRow(service.name, backup, &table);
    json.BeginObject().Key("service").Text(service.name).Key("backups").Message(*answer);
    json.EndObject();
  }
  json.EndArray().EndObject();
  environment.console.Print(environment.json ? json.Take()
                                             : table.Render(environment.console.width()));
  return ExitCode::kOk;
}

std::string StepOf(const BackupRun& run) {
  switch (run.state()) {
    case BackupRun::STATE_WAITING:
      return "waits for another copy to be made";
    case BackupRun::STATE_COPYING:
      return absl::StrCat("copied ", BytesText(run.bytes_copied()));
    case BackupRun::STATE_VERIFYING:
      return "is being read again";
    default:
      return "";
  }
}

absl::StatusOr<ListBackupsResponse> ListAll(const AskedService& service, Console* /*console*/) {
  return service.client.Call(&BackupClient::Stub::ListBackups,
                             operations::v1::ListBackupsRequest());
}

// The one backup of the service's run, once it is made.
absl::StatusOr<ListBackupsResponse> AwaitRun(const AskedService& service, Console* console) {
  for (std::chrono::milliseconds pause = kFirstLook;; pause = std::min(2 * pause, kLookInterval)) {
    ASSIGN_OR_RETURN(ListBackupsResponse answer, ListAll(service, console));
    const BackupRun* run = nullptr;
    for (const BackupRun& candidate : answer.runs()) {
      if (candidate.id() == service.run) run = &candidate;
    }
    if (run == nullptr) {
      return absl::AbortedError(
          "the service was started again before the backup was made: ask for it once more");
    }
    if (run->state() == BackupRun::STATE_FAILED) {
      return absl::UnavailableError(absl::StrCat("the backup was not made: ", run->failure()));
    }
    if (run->state() == BackupRun::STATE_MADE) {
      ListBackupsResponse made;
      *made.add_backups() = run->backup();
      return made;
    }
    console->Progress(absl::StrCat(service.name, ": ", StepOf(*run),
                                   " (Ctrl-C ends the waiting, not the backup)"));
    PauseFor(pause);
  }
}

// All are begun before any is waited for.
absl::StatusOr<ExitCode> MakeAll(const std::string& only, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(std::vector<AskedService> services, ServicesOf(session, only));
  for (AskedService& service : services) {
    const auto begun =
        service.client.Call(&BackupClient::Stub::MakeBackup, operations::v1::MakeBackupRequest());
    if (!begun.ok()) return Within(service.name, begun.status());
    service.run = begun->run().id();
  }
  return Show(services, AwaitRun, environment);
}

absl::StatusOr<ExitCode> List(const std::string& only, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  ASSIGN_OR_RETURN(const std::vector<AskedService> services, ServicesOf(session, only));
  return Show(services, ListAll, environment);
}

struct RestoreOptions {
  std::string config;
  std::string copy;
  uint64_t accept_loss_after = 0;
  std::string reason;
};

// The data folder that a service's configuration names.
absl::StatusOr<std::string> DataFolderOf(const std::string& file) {
  config::v1::ServerConfig config;
  RETURN_IF_ERROR(ReadTextProto(file, &config));
  fs::path folder(std::string(absl::StripSuffix(config.data_folder(), "/")));
  if (folder.empty()) {
    return UsageError(absl::StrCat("\"", file, "\" names no data_folder"),
                      "Give the file that the service is started with.");
  }
  if (folder.is_relative()) folder = fs::absolute(file).parent_path() / folder;
  return folder.string();
}

absl::StatusOr<ExitCode> Restore(const RestoreOptions& options, Environment& environment) {
  if (options.copy.empty() || absl::StripAsciiWhitespace(options.reason).empty()) {
    return UsageError("the order names no copy, or no reason",
                      "Give both: `onereturn backups` lists copies; the reason stands in the "
                      "ledger for ever.");
  }
  ASSIGN_OR_RETURN(const std::string data_folder, DataFolderOf(options.config));
  unsigned char random[8];
  if (RAND_bytes(random, sizeof random) != 1) return absl::InternalError("no randomness");
  config::v1::RestoreOrder order;
  order.set_id(
      absl::BytesToHexString(absl::string_view(reinterpret_cast<char*>(random), sizeof random)));
  order.set_copy(options.copy);
  order.set_accept_loss_after(options.accept_loss_after);
  order.set_reason(options.reason);
  std::string text;
  google::protobuf::TextFormat::PrintToString(order, &text);
  const std::string file = absl::StrCat(data_folder, ".restore");
  if (fs::exists(file)) {
    return UsageError(absl::StrCat("an order lies in \"", file, "\" already"),
                      "Start the service to carry it out, or remove the file to withdraw it.");
  }
  RETURN_IF_ERROR(WriteNewFile(
      file, absl::StrCat("# proto-message: onereturn.config.v1.RestoreOrder\n\n", text), 0600));
  if (environment.json) {
    JsonWriter json;
    json.BeginObject().Key("order_file").Text(file).Key("order").Message(order).EndObject();
    environment.console.Print(json.Take());
    return ExitCode::kOk;
  }
  environment.console.Print(
      absl::StrCat("The order lies in ", file,
                   ".\nStop the service if it runs, and start it again: it checks ", options.copy,
                   ", puts the store that is\nthere aside in ", data_folder, ".before-", order.id(),
                   ", and begins a new epoch.\nIf it refuses, nothing has been moved: remove the "
                   "order, then give another.\n"));
  return ExitCode::kOk;
}

void AddRestoreCommand(CommandLine* line) {
  auto options = std::make_shared<RestoreOptions>();
  CLI::App* command = line->Add(
      nullptr,
      {"restore",
       "Order that a service, at its next start, serves a copy of its store instead. What came\n"
       "after the copy is lost to readers; the store that is there is kept beside. Runs on the\n"
       "service's machine.",
       "restore --config ~/onereturn/ingestion.textproto --copy backup-12 \\\n"
       " --accept-loss-after 4866 --reason \"disk 2 failed\""},
      [options](Environment& environment) { return Restore(*options, environment); });
  command->add_option("--config", options->config, "The file the service is started with")
      ->type_name("FILE")
      ->required()
      ->check(CLI::ExistingFile);
  command->add_option("--copy", options->copy, "What to restore: `onereturn backups` lists names")
      ->type_name("NAME")
      ->required();
  command
      ->add_option("--accept-loss-after", options->accept_loss_after,
                   "Entries after this sequence may be lost; a copy that ends before is refused")
      ->type_name("SEQUENCE")
      ->required()
      ->check(CLI::NonNegativeNumber);
  command->add_option("--reason", options->reason, "Why: it stands in the ledger for ever")
      ->type_name("TEXT")
      ->required();
}

}  // namespace

void AddBackupCommands(CommandLine* line) {
  auto only = std::make_shared<std::string>();
  CLI::App* backup =
      line->Add(nullptr,
                {"backup",
                 "Make a verified backup of a service's store now, or of all services'. It is made "
                 "by the\nservice, which goes on when the waiting is ended (Ctrl-C).",
                 "backup --service ingestion --profile operator.profile.textproto"},
                [only](Environment& environment) { return MakeAll(*only, environment); });
  backup->add_option("--service", *only, "One service instead of all")->type_name("SERVICE");
  CLI::App* backups = line->Add(
      nullptr,
      {"backups",
       "List what each service can be restored from: daily backups, those made by hand, hourly "
       "checkpoints.",
       "backups --profile operator.profile.textproto"},
      [only](Environment& environment) { return List(*only, environment); });
  backups->add_option("--service", *only, "One service instead of all")->type_name("SERVICE");
  AddRestoreCommand(line);
}

}  // namespace onereturn::client

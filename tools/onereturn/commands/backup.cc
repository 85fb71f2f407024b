// backup, backups and restore.
#include <openssl/rand.h>

#include <filesystem>
#include <memory>
#include <vector>

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

// The backups of one service, as one of the two calls gives them.
using Ask =
    std::function<absl::StatusOr<operations::v1::ListBackupsResponse>(const BackupClient& client)>;

void AddRow(const std::string& service, const operations::v1::Backup& backup, TextTable* table) {
  const absl::StatusOr<Timestamp> time = FromWire(backup.time());
  table->Row({service, backup.name(), time.ok() ? FormatTimestamp(*time).substr(0, 19) : "",
              absl::StrCat(backup.epoch()), WithThousands(backup.sequence()),
              backup.bytes() == 0 ? "" : BytesText(backup.bytes())});
}

absl::StatusOr<ExitCode> Show(const std::string& only, const Ask& ask, Environment& environment) {
  ASSIGN_OR_RETURN(const Session session, environment.OpenSession());
  TextTable table({{"service"},
                   {"copy"},
                   {"made (UTC)"},
                   {"epoch", TextTable::Align::kRight},
                   {"holds to", TextTable::Align::kRight},
                   {"size", TextTable::Align::kRight}});
  JsonWriter json;
  json.BeginObject().Key("services").BeginArray();
  bool known = only.empty();
  for (const config::v1::Peer& peer : session.profile().services()) {
    if (!only.empty() && peer.service() != only) continue;
    known = true;
    ASSIGN_OR_RETURN(const auto client, session.To<operations::v1::BackupService>(peer.service()));
    const auto answer = ask(client);
    if (!answer.ok()) return Within(peer.service(), answer.status());
    for (const auto& backup : answer->backups()) AddRow(peer.service(), backup, &table);
    json.BeginObject().Key("service").Text(peer.service()).Key("backups").Message(*answer);
    json.EndObject();
  }
  if (!known) {
    return UsageError(absl::StrCat("the profile names no service \"", only, "\""),
                      "Give ingestion, metrics or assessment.");
  }
  json.EndArray().EndObject();
  environment.console.Print(environment.json ? json.Take()
                                             : table.Render(environment.console.width()));
  return ExitCode::kOk;
}

absl::StatusOr<operations::v1::ListBackupsResponse> MakeOne(const BackupClient& client) {
  ASSIGN_OR_RETURN(
      auto made, client.Call(&BackupClient::Stub::MakeBackup, operations::v1::MakeBackupRequest()));
  operations::v1::ListBackupsResponse answer;
  answer.add_backups()->Swap(made.mutable_backup());
  return answer;
}

absl::StatusOr<operations::v1::ListBackupsResponse> ListAll(const BackupClient& client) {
  return client.Call(&BackupClient::Stub::ListBackups, operations::v1::ListBackupsRequest());
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
                   "order, or give another.\n"));
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
      ->required();
  command->add_option("--reason", options->reason, "Why: it stands in the ledger for ever")
      ->type_name("TEXT")
      ->required();
}

}  // namespace

void AddBackupCommands(CommandLine* line) {
  auto only = std::make_shared<std::string>();
  CLI::App* backup =
      line->Add(nullptr,
                {"backup", "Make a verified backup of a service's store now, or of all services'.",
                 "backup --service ingestion --profile operator.profile.textproto"},
                [only](Environment& environment) { return Show(*only, MakeOne, environment); });
  backup->add_option("--service", *only, "One service instead of all")->type_name("SERVICE");
  CLI::App* backups = line->Add(
      nullptr,
      {"backups", "List what each service can be restored from: daily backups, hourly checkpoints.",
       "backups --profile operator.profile.textproto"},
      [only](Environment& environment) { return Show(*only, ListAll, environment); });
  backups->add_option("--service", *only, "One service instead of all")->type_name("SERVICE");
  AddRestoreCommand(line);
}

}  // namespace onereturn::client

#include "common/service/foundation.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>
#include <system_error>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/commit/journal.h"
#include "common/commit/service_store.h"
#include "common/commit/signing_keys.h"
#include "common/log/log.h"
#include "common/rpc/credentials.h"
#include "common/rpc/server.h"
#include "common/service/restore.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

constexpr absl::Duration kCopyCheckInterval = absl::Minutes(5);

// A store that is gone or damaged wants a restore: the newest copy is named, since nobody answers
// `onereturn backups` now.
absl::Status NamingCopies(const config::v1::ServerConfig& config, const absl::Status& status) {
  if (!absl::IsNotFound(status) && !absl::IsDataLoss(status)) return status;
  absl::StatusOr<std::vector<HeldCopy>> copies =
      ListCopies(config.data_folder(), config.backup_folder());
  if (!copies.ok() || copies->empty()) return status;
  // Of those that hold as much the last backup: a checkpoint, whose size is not told, lies on the
  // same disk.
  const auto newest =
      std::max_element(copies->begin(), copies->end(), [](const HeldCopy& a, const HeldCopy& b) {
        return std::make_tuple(a.head.head.epoch, a.head.head.size, a.bytes > 0, a.time) <
               std::make_tuple(b.head.head.epoch, b.head.head.size, b.bytes > 0, b.time);
      });
  absl::Status naming(status.code(),
                      absl::StrCat(absl::StripSuffix(status.message(), "."), ". The newest of ",
                                   copies->size(), " copies is ", newest->name,
                                   ", which holds entries to ", newest->head.head.size, "."));
  status.ForEachPayload([&naming](absl::string_view type, const absl::Cord& payload) {
    naming.SetPayload(type, payload);
  });
  return naming;
}

// The signing key, then the next one where it is configured and there.
absl::StatusOr<std::vector<SigningKey>> ReadSigningKeys(const config::v1::ServerConfig& config) {
  std::vector<SigningKey> keys;
  for (const std::string& file : {config.signing_key_file(), config.next_signing_key_file()}) {
    if (file.empty()) continue;
    ASSIGN_OR_RETURN(const std::string pem, ReadTextFile(file));
    ASSIGN_OR_RETURN(SigningKey key, SigningKey::FromPem(pem));
    keys.push_back(std::move(key));
  }
  return keys;
}

bool AreTheSame(const SigningKey& a, const SigningKey& b) {
  return a.verifying_key().raw_bytes() == b.verifying_key().raw_bytes();
}

// The one of `keys` that does not sign: before a change of keys the next, after it the earlier one.
std::optional<VerifyingKey> OtherThan(const SigningKey& key, const std::vector<SigningKey>& keys) {
  std::optional<VerifyingKey> other;
  for (const SigningKey& given : keys) {
    if (!AreTheSame(given, key)) other = given.verifying_key();
  }
  return other;
}

// Opens the high-water file, once the store has stood up to it. A store that was just restored is
// behind it, and the operator has said so: then what the file knew is answered, for the entry that
// begins the epoch. Otherwise, and where there is no file, the answer is empty.
absl::StatusOr<std::optional<SignedHead>> OpenHighWater(const config::v1::ServerConfig& config,
                                                        const HighWaterCheck& check, bool restored,
                                                        Foundation* foundation) {
  std::optional<SignedHead> known_head;
  if (config.high_water_file().empty()) return known_head;
  if (restored) {
    absl::StatusOr<SignedHead> head = HighWaterFile::Read(check.path);
    if (head.ok()) {
      known_head = *std::move(head);
    } else if (absl::IsNotFound(head.status()) || absl::IsDataLoss(head.status())) {
      RETURN_IF_ERROR(MakeHighWater(foundation->store.get(), check));
    } else {
      return head.status();  // It may be good.
    }
  } else {
    RETURN_IF_ERROR(CheckHighWater(foundation->store.get(), check));
  }
  ASSIGN_OR_RETURN(foundation->high_water, HighWaterFile::Open(check.path, StopForStorageFault));
  return known_head;
}

// Inside the data folder it would go the way of the store.
absl::Status CheckHighWaterPlace(const config::v1::ServerConfig& config) {
  const std::string folder =
      std::filesystem::path(config.data_folder()).lexically_normal().string() + "/";
  const std::string file =
      std::filesystem::path(config.high_water_file()).lexically_normal().string();
  if (!absl::StartsWith(file, folder)) return absl::OkStatus();
  return Error(Reason::kFieldInvalid, "high_water_file lies in data_folder")
      .Field("high_water_file", "name a file outside data_folder, best on another disk");
}

// Whether another process has the store open. RocksDB holds a lock on the file LOCK; asking takes
// none.
bool IsStoreInUse(const std::string& data_folder) {
  const int file = open((data_folder + "/LOCK").c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return false;
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  const bool in_use = fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  close(file);
  return in_use;
}

// Whoever waits for the ready file must not find that of an earlier life, nor of one that a kill
// ended. The file of a process that runs is left to it.
void ForgetReady(const config::v1::ServerConfig& config) {
  if (config.ready_file().empty() || IsStoreInUse(config.data_folder())) return;
  std::error_code error;
  std::filesystem::remove(config.ready_file(), error);
  if (error) {
    LogWarning("server.ready_file_stays",
               {{"file", config.ready_file()}, {"why", error.message()}});
  }
}

constexpr char kHelp[] = R"(
Serves until SIGTERM or SIGINT. FILE is a ServerConfig as text protobuf; paths in it are taken from
its folder. docs/operating.md says what its fields are and what an operator does;
`onereturn init --folder FOLDER` writes such files for a machine of one's own. The log goes to
stderr, one JSON object a line. Once the service answers, its address stands in `ready_file`.

Needed in FILE:  data_folder listen_address tls signing_key_file rights_file
Other fields:   )";

constexpr char kExitCodes[] = R"(

It ends with
   0  stopped in order
  65  the store is damaged, or lacks what was signed: keep its folder, and restore
  66  there is no store where one was: mount its disk, or restore
  69  the address is in use, or the disk cannot be read: starting again may help
  70  a fault of the program
  73  no space is left to start with
  74  the store failed while it was in use: start again
  78  the configuration is wrong, or the data folder another's: starting again does not help
)";

std::string HelpText(const std::string& program) {
  std::string text = absl::StrCat("usage: ", std::filesystem::path(program).filename().string(),
                                  " --config FILE | --help\n", kHelp);
  const auto* fields = config::v1::ServerConfig::descriptor();
  const std::set<std::string> needed = {"data_folder", "listen_address", "tls", "signing_key_file",
                                        "rights_file"};
  size_t column = 0;
  for (int i = 0; i < fields->field_count(); ++i) {
    const std::string& name = fields->field(i)->name();
    if (needed.count(name) != 0) continue;
    if (column > 60) {
      absl::StrAppend(&text, "\n                ");
      column = 0;
    }
    absl::StrAppend(&text, " ", name);
    column += name.size() + 1;
  }
  return absl::StrCat(text, kExitCodes);
}

// What is wrong, where, and what to do: a line each.
std::string FaultText(const absl::Status& status) {
  std::string text = absl::StrCat(status.message(), "\n");
  const auto details = DetailsOf(status);
  if (!details.has_value()) return text;
  const size_t said = text.size();
  for (const FieldViolation& violation : details->fields) {
    if (absl::StrContains(status.message(), violation.description)) continue;
    absl::StrAppend(&text, "  ", violation.field, ": ", violation.description, "\n");
  }
  for (const PreconditionViolation& violation : details->preconditions) {
    absl::StrAppend(&text, "  ", violation.subject, ": ", violation.description, "\n");
  }
  // Where the message has named all, a remedy that speaks of a list would be none.
  if (details->reason == Reason::kFieldInvalid && text.size() == said) return text;
  absl::StrAppend(&text, "  what to do: ", RowOf(details->reason).remedy, "\n");
  return text;
}

}  // namespace

Foundation::~Foundation() {
  if (backups != nullptr) backups->Stop();
}

ExitCode ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kExitInOrder;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kUnauthenticated:  // Its own certificate is none that a system shows.
      return kExitConfiguration;
    case absl::StatusCode::kNotFound:
      return kExitStoreMissing;
    case absl::StatusCode::kDataLoss:
      return kExitStoreDamaged;
    case absl::StatusCode::kUnavailable:
      return kExitUnavailable;
    case absl::StatusCode::kResourceExhausted:
      return kExitNoSpace;
    default:
      return kExitInternal;
  }
}

int RunService(int argument_count, char** arguments,
               const std::function<absl::Status(const config::v1::ServerConfig& config)>& serve) {
  if (argument_count == 2 && absl::string_view(arguments[1]) == "--help") {
    std::fputs(HelpText(arguments[0]).c_str(), stdout);
    return kExitInOrder;
  }
  absl::StatusOr<config::v1::ServerConfig> config = ReadServerConfig(argument_count, arguments);
  absl::Status status = config.status();
  if (status.ok()) {
    PrepareProcess(*config);
    ForgetReady(*config);
    status = serve(*config);
    ForgetReady(*config);
  }
  if (status.ok()) LogInfo("server.stopped");
  FlushLog();
  if (!status.ok()) {
    std::fprintf(stderr, "%s: %s", arguments[0], FaultText(status).c_str());
  }
  return ExitCodeOf(status);
}

absl::StatusOr<std::unique_ptr<Foundation>> LayFoundation(const config::v1::ServerConfig& config,
                                                          const std::string& service,
                                                          std::vector<ColumnFamilySpec> families) {
  ASSIGN_OR_RETURN(std::vector<SigningKey> keys, ReadSigningKeys(config));
  RETURN_IF_ERROR(CheckHighWaterPlace(config));
  ASSIGN_OR_RETURN(const std::optional<config::v1::RestoreOrder> order,
                   FindRestoreOrder(config.data_folder()));
  if (order.has_value()) {
    RETURN_IF_ERROR(ReplaceStore(config, service, families, *order, keys));
  }
  auto foundation = std::make_unique<Foundation>();
  absl::StatusOr<std::unique_ptr<Store>> store =
      OpenServiceStore(config.data_folder(), service, std::move(families));
  if (!store.ok()) return NamingCopies(config, store.status());
  foundation->store = *std::move(store);
  CommitterOptions options;
  options.service = service;
  options.on_fatal = StopForStorageFault;
  bool begins = false;
  if (order.has_value()) {
    ASSIGN_OR_RETURN(const bool begun, HasBegunEpoch(config, *foundation->store, *order));
    begins = !begun;
  }
  // The key that signs, by the store's word.
  ASSIGN_OR_RETURN(SigningKey key, ChooseSigningKey(foundation->store.get(), service, keys));
  // Never back to the earlier one, which stays in signing_key_file for a while.
  if (keys.size() > 1 && !AreTheSame(keys[1], key)) foundation->next_key = keys[1];
  const std::optional<VerifyingKey> other_key = OtherThan(key, keys);
  const absl::StatusOr<std::optional<SignedHead>> opened =
      OpenHighWater(config, {config.high_water_file(), service, keys}, begins, foundation.get());
  if (!opened.ok()) {
    const bool behind = ReasonOf(opened.status()) == Reason::kLedgerBehind;
    return behind ? NamingCopies(config, opened.status()) : opened.status();
  }
  const std::optional<SignedHead>& known_head = *opened;
  if (foundation->high_water != nullptr) {
    options.on_head = [file = foundation->high_water.get()](const SignedHead& head) {
      return file->Put(head);
    };
  }
  ASSIGN_OR_RETURN(const LedgerEnd end, EndOfLedger(*foundation->store));
  if (begins) {
    ASSIGN_OR_RETURN(options.begin_epoch,
                     NextEpoch(config, service, *foundation->store, *order, keys, known_head));
  }
  ASSIGN_OR_RETURN(foundation->committer,
                   Committer::Start(foundation->store.get(), &foundation->clock, std::move(key),
                                    std::move(options)));
  if (begins) {
    RETURN_IF_ERROR(BeginEpoch(*order, end.epoch, known_head, foundation->committer.get()));
  }
  if (order.has_value()) RETURN_IF_ERROR(PutOrderAside(config.data_folder(), *order));
  foundation->standing =
      std::make_unique<LedgerStanding>(foundation->store.get(), foundation->committer.get(),
                                       foundation->high_water.get(), other_key);
  foundation->backups = std::make_unique<Backups>(
      Backups::Folders{config.data_folder(), config.backup_folder()}, foundation->store.get(),
      foundation->committer.get(), &foundation->clock);
  foundation->backup_schedule = std::make_unique<PeriodicWork>(
      kCopyCheckInterval, [backups = foundation->backups.get()] { backups->MakeDue(); });
  foundation->verification =
      std::make_unique<TableVerification>(foundation->store.get(), StopForStorageFault);
  return foundation;
}

absl::StatusOr<Rights> ReadRights(const config::v1::ServerConfig& config) {
  ASSIGN_OR_RETURN(const config::v1::RightsFile file, ReadRightsFile(config));
  return Rights::FromProto(file);
}

absl::StatusOr<config::v1::RightsFile> ReadRightsFile(const config::v1::ServerConfig& config) {
  config::v1::RightsFile file;
  RETURN_IF_ERROR(ReadTextProto(config.rights_file(), &file));
  return file;
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> PeerChannel(const config::v1::ServerConfig& config,
                                                           const std::string& service) {
  for (const config::v1::Peer& peer : config.peers()) {
    if (peer.service() == service) return MutualTlsChannel(config.tls(), peer);
  }
  return std::shared_ptr<grpc::Channel>();
}

}  // namespace onereturn

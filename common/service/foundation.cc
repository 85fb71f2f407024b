#include "common/service/foundation.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
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
  const auto newest = std::max_element(
      copies->begin(), copies->end(),
      [](const HeldCopy& a, const HeldCopy& b) { return a.head.head.size < b.head.head.size; });
  return absl::Status(
      status.code(),
      absl::StrCat(status.message(), " The newest of ", copies->size(), " copies is ", newest->name,
                   ", which holds entries to ", newest->head.head.size, "."));
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
    } else {
      RETURN_IF_ERROR(MakeHighWater(foundation->store.get(), check));
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
  absl::StatusOr<config::v1::ServerConfig> config = ReadServerConfig(argument_count, arguments);
  absl::Status status = config.status();
  if (status.ok()) {
    PrepareProcess(*config);
    status = serve(*config);
  }
  if (status.ok()) LogInfo("server.stopped");
  FlushLog();
  if (!status.ok()) {
    std::fprintf(stderr, "%s: %s\n", arguments[0], std::string(status.message()).c_str());
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
  ASSIGN_OR_RETURN(
      const std::optional<SignedHead> known_head,
      OpenHighWater(config, {config.high_water_file(), service, keys}, begins, foundation.get()));
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
  if (order.has_value()) RETURN_IF_ERROR(PutOrderAside(config.data_folder()));
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

#include "common/service/foundation.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/commit/service_store.h"
#include "common/log/log.h"
#include "common/rpc/credentials.h"
#include "common/rpc/server.h"
#include "common/service/restore.h"
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

}  // namespace

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
  ASSIGN_OR_RETURN(std::string pem, ReadTextFile(config.signing_key_file()));
  ASSIGN_OR_RETURN(SigningKey key, SigningKey::FromPem(pem));
  ASSIGN_OR_RETURN(const std::optional<config::v1::RestoreOrder> order,
                   FindRestoreOrder(config.data_folder()));
  if (order.has_value()) {
    RETURN_IF_ERROR(ReplaceStore(config, service, families, *order, key.verifying_key()));
  }
  auto foundation = std::make_unique<Foundation>();
  absl::StatusOr<std::unique_ptr<Store>> store =
      OpenServiceStore(config.data_folder(), service, std::move(families));
  if (!store.ok()) return NamingCopies(config, store.status());
  foundation->store = *std::move(store);
  CommitterOptions options;
  options.service = service;
  options.on_fatal = StopForStorageFault;
  if (order.has_value()) {
    ASSIGN_OR_RETURN(const bool begun, HasBegunEpoch(*foundation->store, *order));
    options.begin_epoch = !begun;
  }
  const bool begins = options.begin_epoch;
  ASSIGN_OR_RETURN(foundation->committer,
                   Committer::Start(foundation->store.get(), &foundation->clock, std::move(key),
                                    std::move(options)));
  if (begins) RETURN_IF_ERROR(BeginEpoch(*order, /*known_head=*/"", foundation->committer.get()));
  if (order.has_value()) RETURN_IF_ERROR(PutOrderAside(config.data_folder()));
  foundation->backups = std::make_unique<Backups>(
      Backups::Folders{config.data_folder(), config.backup_folder()}, foundation->store.get(),
      foundation->committer.get(), &foundation->clock);
  foundation->backup_schedule = std::make_unique<PeriodicWork>(
      kCopyCheckInterval, [backups = foundation->backups.get()] { backups->MakeDue(); });
  return foundation;
}

absl::StatusOr<Rights> ReadRights(const config::v1::ServerConfig& config) {
  config::v1::RightsFile file;
  RETURN_IF_ERROR(ReadTextProto(config.rights_file(), &file));
  return Rights::FromProto(file);
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> PeerChannel(const config::v1::ServerConfig& config,
                                                           const std::string& service) {
  for (const config::v1::Peer& peer : config.peers()) {
    if (peer.service() == service) return MutualTlsChannel(config.tls(), peer);
  }
  return std::shared_ptr<grpc::Channel>();
}

}  // namespace onereturn

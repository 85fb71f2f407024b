#include "common/service/foundation.h"

#include <cstdio>
#include <utility>

#include "common/commit/service_store.h"
#include "common/log/log.h"
#include "common/rpc/credentials.h"
#include "common/rpc/server.h"
#include "common/status/status_macros.h"

namespace onereturn {

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
  auto foundation = std::make_unique<Foundation>();
  ASSIGN_OR_RETURN(foundation->store,
                   OpenServiceStore(config.data_folder(), service, std::move(families)));
  CommitterOptions options;
  options.service = service;
  options.on_fatal = StopForStorageFault;
  ASSIGN_OR_RETURN(foundation->committer,
                   Committer::Start(foundation->store.get(), &foundation->clock, std::move(key),
                                    std::move(options)));
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

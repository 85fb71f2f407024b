#include "common/service/foundation.h"

#include <cstdio>
#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "common/commit/service_store.h"
#include "common/commit/signing_keys.h"
#include "common/log/log.h"
#include "common/rpc/credentials.h"
#include "common/rpc/server.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

// The signing key, then the other one where it is configured and there.
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
  auto foundation = std::make_unique<Foundation>();
  ASSIGN_OR_RETURN(foundation->store,
                   OpenServiceStore(config.data_folder(), service, std::move(families)));
  CommitterOptions options;
  options.service = service;
  options.on_fatal = StopForStorageFault;
  ASSIGN_OR_RETURN(SigningKey key,
                   ChooseSigningKey(foundation->store.get(), service, options.epoch, keys));
  for (SigningKey& given : keys) {
    if (given.verifying_key().raw_bytes() != key.verifying_key().raw_bytes()) {
      foundation->other_key = given;
    }
  }
  if (!config.high_water_file().empty()) {
    HighWaterCheck check{config.high_water_file(), service, options.epoch, {key}};
    if (foundation->other_key.has_value()) check.keys.push_back(*foundation->other_key);
    RETURN_IF_ERROR(CheckHighWater(foundation->store.get(), check));
    ASSIGN_OR_RETURN(foundation->high_water,
                     HighWaterFile::Open(config.high_water_file(), StopForStorageFault));
    options.on_head = [file = foundation->high_water.get()](const SignedHead& head) {
      return file->Put(head);
    };
  }
  ASSIGN_OR_RETURN(foundation->committer,
                   Committer::Start(foundation->store.get(), &foundation->clock, std::move(key),
                                    std::move(options)));
  foundation->standing = std::make_unique<LedgerStanding>(
      foundation->store.get(), foundation->committer.get(), foundation->high_water.get(),
      foundation->other_key.has_value()
          ? std::optional<VerifyingKey>(foundation->other_key->verifying_key())
          : std::nullopt);
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

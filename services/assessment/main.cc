// assessmentd: construction only.
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/clock/clock.h"
#include "common/commit/committer.h"
#include "common/commit/service_store.h"
#include "common/feed/feed_service.h"
#include "common/identity/rights.h"
#include "common/ledger/signing.h"
#include "common/rpc/credentials.h"
#include "common/rpc/guard.h"
#include "common/rpc/mutation_gate.h"
#include "common/rpc/server.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/assessment/rpc/service.h"
#include "services/assessment/store/families.h"

namespace onereturn::assessment {
namespace {

constexpr int kExitStorage = 70;
constexpr int kExitConfiguration = 78;

absl::StatusOr<SigningKey> ReadSigningKey(const std::string& file) {
  std::ifstream stream(file);
  std::stringstream pem;
  pem << stream.rdbuf();
  if (!stream.good()) {
    return Error(Reason::kFieldInvalid,
                 absl::StrCat("the signing key \"", file, "\" cannot be read"))
        .Field("signing_key_file", file);
  }
  return SigningKey::FromPem(pem.str());
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> MetricsChannel(
    const config::v1::ServerConfig& config) {
  for (const config::v1::Peer& peer : config.peers()) {
    if (peer.service() == "metrics") return MutualTlsChannel(config.tls(), peer);
  }
  return Error(Reason::kFieldInvalid, "the configuration names no peer \"metrics\"")
      .Field("peers", "name the metrics service, whose values evidence pins");
}

struct Parts {
  Rights rights;
  SigningKey signing_key;
  std::shared_ptr<grpc::Channel> metrics;
};

absl::StatusOr<Parts> ReadParts(const config::v1::ServerConfig& config) {
  config::v1::RightsFile rights_file;
  RETURN_IF_ERROR(ReadTextProto(config.rights_file(), &rights_file));
  ASSIGN_OR_RETURN(Rights rights, Rights::FromProto(rights_file));
  ASSIGN_OR_RETURN(SigningKey key, ReadSigningKey(config.signing_key_file()));
  ASSIGN_OR_RETURN(std::shared_ptr<grpc::Channel> metrics, MetricsChannel(config));
  return Parts{std::move(rights), std::move(key), std::move(metrics)};
}

int Stop(int exit_code, const absl::Status& status) {
  std::fprintf(stderr, "assessmentd: %s\n", std::string(status.message()).c_str());
  return exit_code;
}

int Run(int argument_count, char** arguments) {
  absl::StatusOr<config::v1::ServerConfig> config = ReadServerConfig(argument_count, arguments);
  if (!config.ok()) return Stop(kExitConfiguration, config.status());
  PrepareProcess(*config);
  absl::StatusOr<Parts> parts = ReadParts(*config);
  if (!parts.ok()) return Stop(kExitConfiguration, parts.status());
  absl::StatusOr<std::unique_ptr<Store>> store =
      OpenServiceStore(config->data_folder(), kServiceName, AllFamilies());
  if (!store.ok()) return Stop(kExitStorage, store.status());

  const SystemClock clock;
  CommitterOptions options;
  options.service = kServiceName;
  options.on_fatal = [](const absl::Status& status) { StopForStorageFault(status); };
  absl::StatusOr<std::unique_ptr<Committer>> committer =
      Committer::Start(store->get(), &clock, std::move(parts->signing_key), std::move(options));
  if (!committer.ok()) return Stop(kExitStorage, committer.status());
  MutationLimits limits;
  if (config->bytes_in_flight_limit() != 0)
    limits.bytes_in_flight = config->bytes_in_flight_limit();
  absl::StatusOr<std::unique_ptr<Service>> service = Service::Create(
      store->get(), committer->get(), &clock, std::move(parts->rights), parts->metrics, limits);
  if (!service.ok()) return Stop(kExitConfiguration, service.status());
  absl::StatusOr<std::unique_ptr<Server>> server =
      Server::Start(*config, (*service)->grpc_services());
  if (!server.ok()) return Stop(kExitConfiguration, server.status());

  WaitForStopSignal();
  (*server)->Drain([&] { (*service)->EndStreams(); });
  (*service)->Drain();
  (*committer)->Stop();
  return 0;
}

}  // namespace
}  // namespace onereturn::assessment

int main(int argument_count, char** arguments) {
  return onereturn::assessment::Run(argument_count, arguments);
}

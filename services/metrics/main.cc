// metricsd: construction only.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/clock/clock.h"
#include "common/commit/committer.h"
#include "common/commit/service_store.h"
#include "common/feed/feed_consumer.h"
#include "common/feed/feed_service.h"
#include "common/identity/rights.h"
#include "common/ledger/signing.h"
#include "common/rpc/credentials.h"
#include "common/rpc/guard.h"
#include "common/rpc/mutation_gate.h"
#include "common/rpc/server.h"
#include "common/status/status_macros.h"
#include "services/metrics/app/define_metric.h"
#include "services/metrics/app/read_gate.h"
#include "services/metrics/consumers/projection_runner.h"
#include "services/metrics/rpc/metrics_server.h"
#include "services/metrics/rpc/operations_server.h"
#include "services/metrics/store/metrics_family.h"
#include "services/metrics/store/stored_tables.h"

namespace onereturn::metrics {
namespace {

// As sysexits.h has them: EX_CONFIG and EX_SOFTWARE.
constexpr int kConfigurationExit = 78;
constexpr int kStorageExit = 70;

// The value, or the end of the process with one line that says what is wrong.
template <typename Value>
Value ValueOrExit(absl::StatusOr<Value> value, int exit_code) {
  if (!value.ok()) {
    std::fprintf(stderr, "metricsd: %s\n", std::string(value.status().message()).c_str());
    std::exit(exit_code);
  }
  return *std::move(value);
}

absl::StatusOr<Rights> ReadRights(const std::string& file) {
  config::v1::RightsFile rights;
  RETURN_IF_ERROR(ReadTextProto(file, &rights));
  return Rights::FromProto(rights);
}

absl::StatusOr<SigningKey> ReadSigningKey(const std::string& file) {
  std::ifstream stream(file);
  std::stringstream pem;
  pem << stream.rdbuf();
  if (!stream)
    return absl::NotFoundError(absl::StrCat("the signing key ", file, " cannot be read"));
  return SigningKey::FromPem(pem.str());
}

// The service that stands in the file of one of its requests.
template <typename Request>
const google::protobuf::ServiceDescriptor* ServiceOf() {
  return Request::descriptor()->file()->service(0);
}

// The channel to the source; null where the configuration names none: then only metrics' own facts
// are there.
absl::StatusOr<std::shared_ptr<grpc::Channel>> IngestionChannel(
    const config::v1::ServerConfig& config) {
  for (const config::v1::Peer& peer : config.peers()) {
    if (peer.service() == kIngestionService) return MutualTlsChannel(config.tls(), peer);
  }
  return std::shared_ptr<grpc::Channel>();
}

int Run(int argument_count, char** arguments) {
  const config::v1::ServerConfig config =
      ValueOrExit(ReadServerConfig(argument_count, arguments), kConfigurationExit);
  PrepareProcess(config);
  const SystemClock clock;
  const std::unique_ptr<Guard> guard = ValueOrExit(
      Guard::Create(
          ValueOrExit(ReadRights(config.rights_file()), kConfigurationExit), &clock,
          {ServiceOf<v1::UpdateMetricRequest>(), ServiceOf<feed::v1::WatchRequest>(),
           ServiceOf<ledger::v1::GetHeadRequest>(), ServiceOf<operations::v1::GetStatusRequest>()}),
      kConfigurationExit);
  SigningKey key = ValueOrExit(ReadSigningKey(config.signing_key_file()), kConfigurationExit);
  const std::shared_ptr<grpc::Channel> ingestion =
      ValueOrExit(IngestionChannel(config), kConfigurationExit);

  const std::unique_ptr<Store> store = ValueOrExit(
      OpenServiceStore(config.data_folder(), kMetricsService, MetricsFamilies()), kStorageExit);
  CommitterOptions committer_options;
  committer_options.service = kMetricsService;
  committer_options.on_fatal = StopForStorageFault;
  const std::unique_ptr<Committer> committer = ValueOrExit(
      Committer::Start(store.get(), &clock, std::move(key), committer_options), kStorageExit);

  StoredTables tables(store.get());
  ReadGate reads(&tables, &clock);
  const std::unique_ptr<ProjectionRunner> runner = ValueOrExit(
      ProjectionRunner::Start(store.get(), &tables, committer.get(), &reads), kStorageExit);
  std::unique_ptr<FeedConsumer> consumer;
  if (ingestion != nullptr) {
    consumer = std::make_unique<FeedConsumer>(kIngestionService, ingestion, runner.get());
  }

  const DefineMetric define(store.get(), committer.get());
  MutationLimits limits;
  if (config.bytes_in_flight_limit() != 0) limits.bytes_in_flight = config.bytes_in_flight_limit();
  MutationGate mutations(guard.get(), limits);
  MetricsServer metrics_server(guard.get(), &mutations, &tables, &reads, &define);
  OperationsServer operations(guard.get(), committer.get(), &tables, runner.get(), consumer.get());
  FeedServer feed_server(guard.get(), store.get(), committer.get(),
                         [](const Digest&) -> absl::StatusOr<std::string> { return NotFound(); });
  LedgerServer ledger_server(guard.get(), committer.get());
  const std::unique_ptr<Server> server = ValueOrExit(
      Server::Start(config, {&metrics_server, &operations, &feed_server, &ledger_server}),
      kConfigurationExit);

  WaitForStopSignal();
  server->Drain([&] {
    reads.Drain();
    feed_server.Drain();
    committer->WakeWaiters();
  });
  mutations.Drain();
  if (consumer != nullptr) consumer->Stop();
  runner->Stop();
  committer->Stop();
  return 0;
}

}  // namespace
}  // namespace onereturn::metrics

int main(int argument_count, char** arguments) {
  return onereturn::metrics::Run(argument_count, arguments);
}

// metricsd: construction only.
#include <memory>
#include <utility>

#include "common/feed/feed_consumer.h"
#include "common/feed/feed_service.h"
#include "common/feed/ledger_service.h"
#include "common/feed/rights_follower.h"
#include "common/rpc/access_server.h"
#include "common/rpc/admission.h"
#include "common/rpc/limits.h"
#include "common/rpc/server.h"
#include "common/service/backup_server.h"
#include "common/service/foundation.h"
#include "common/service/kept_calls.h"
#include "common/service/ledger_life.h"
#include "common/status/error.h"
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

absl::Status Serve(const config::v1::ServerConfig& config) {
  ASSIGN_OR_RETURN(Rights configured, ReadRights(config));
  // Without a peer only metrics' own facts are there.
  ASSIGN_OR_RETURN(const std::shared_ptr<grpc::Channel> ingestion,
                   PeerChannel(config, kIngestionService));
  ASSIGN_OR_RETURN(const std::unique_ptr<Foundation> foundation,
                   LayFoundation(config, kMetricsService, MetricsFamilies()));
  const SystemClock& clock = foundation->clock;
  Store* const store = foundation->store.get();
  Committer* const committer = foundation->committer.get();
  const auto rights = std::make_shared<RightsSource>(std::move(configured));
  ASSIGN_OR_RETURN(const KeptCalls kept, KeepCalls(config, &clock));
  ASSIGN_OR_RETURN(
      const std::unique_ptr<Guard> guard,
      MakeGuard(config, kept, rights, &clock, {ServiceDescriptor<v1::MetricsService>()}));
  StoredTables tables(store);
  Places waiting(limits::kWaitingReads, 0, limits::kWaitingReadsACaller, absl::Seconds(1));
  ReadGate reads(&tables, &clock, [&waiting](const std::string& caller) {
    return waiting.Take(caller, /*is_service=*/caller.empty());
  });
  ASSIGN_OR_RETURN(const std::unique_ptr<ProjectionRunner> runner,
                   ProjectionRunner::Start(store, &tables, committer, &reads));
  ASSIGN_OR_RETURN(const std::unique_ptr<LedgerLife> life,
                   LedgerLife::Create(config, foundation.get(), {kIngestionService}, nullptr));
  std::unique_ptr<RightsFollower> follower;
  std::unique_ptr<RightsFirst> taker;
  std::unique_ptr<FeedConsumer> consumer;
  if (ingestion != nullptr) {
    ASSIGN_OR_RETURN(follower, RightsFollower::Open(store, committer, MetricsFamily::kRights,
                                                    rights.get(), &clock));
    taker = std::make_unique<RightsFirst>(follower.get(), runner.get());
    consumer = std::make_unique<FeedConsumer>(kIngestionService, ingestion, taker.get(),
                                              life->seams().witnesses);
  }

  MutationGate mutations(guard.get(), MutationLimits::FromConfig(config));
  const FactWriter writer(store, committer, [&mutations](std::function<void()> work) {
    return mutations.TrySubmit(std::move(work));
  });
  const DefineMetric define(&writer);
  MetricsServer metrics_server(guard.get(), &mutations, &tables, &reads, &define, &clock);
  OperationsServer operations(guard.get(), store, committer, &tables, runner.get(), consumer.get(),
                              life->seams());
  FeedServer feed_server(
      guard.get(), store, committer,
      [](const Digest&) -> absl::StatusOr<std::string> { return NotFound(); },
      life->seams().standing);
  BackupServer backup_server(guard.get(), foundation->backups.get());
  AccessServer access_server(guard.get(), kept.access_log.get());
  LedgerServer ledger_server(guard.get(), store, committer, life->seams());
  ASSIGN_OR_RETURN(const std::unique_ptr<Server> server,
                   Server::Start(config, {&metrics_server, &operations, &backup_server,
                                          &feed_server, &ledger_server, &access_server}));

  life->Begin(
      [&](const absl::Status& why) {
        guard->RefuseAll(why);
        server->SayNotServing();
        reads.Drain();
        feed_server.Drain();
        committer->WakeWaiters();
      },
      [&consumer](const std::string& /*service*/, const absl::Status& /*why*/) {
        if (consumer != nullptr) consumer->Reconnect();
      });
  WaitForStopSignal();
  life->End();
  server->Drain([&] {
    reads.Drain();
    feed_server.Drain();
    committer->WakeWaiters();
  });
  mutations.Drain();
  if (consumer != nullptr) consumer->Stop();
  runner->Stop();
  committer->Stop();
  return absl::OkStatus();
}

}  // namespace
}  // namespace onereturn::metrics

int main(int argument_count, char** arguments) {
  return onereturn::RunService(argument_count, arguments, onereturn::metrics::Serve);
}

// assessmentd: construction only.
#include <memory>
#include <utility>
#include <vector>

#include "common/feed/feed_consumer.h"
#include "common/feed/rights_follower.h"
#include "common/rpc/server.h"
#include "common/service/backup_server.h"
#include "common/service/foundation.h"
#include "common/service/kept_calls.h"
#include "common/service/ledger_life.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/assessment/rpc/service.h"
#include "services/assessment/store/families.h"

namespace onereturn::assessment {
namespace {

absl::Status Serve(const config::v1::ServerConfig& config) {
  ASSIGN_OR_RETURN(Rights configured, ReadRights(config));
  // Without a peer the rights file alone says who may do what.
  ASSIGN_OR_RETURN(const std::shared_ptr<grpc::Channel> ingestion,
                   PeerChannel(config, "ingestion"));
  ASSIGN_OR_RETURN(std::shared_ptr<grpc::Channel> metrics, PeerChannel(config, "metrics"));
  if (metrics == nullptr) {
    return Error(Reason::kFieldInvalid, "the configuration names no peer \"metrics\"")
        .Field("peers", "name the metrics service, whose values evidence pins");
  }
  ASSIGN_OR_RETURN(std::unique_ptr<Foundation> foundation,
                   LayFoundation(config, kServiceName, AllFamilies()));
  ASSIGN_OR_RETURN(const KeptCalls kept, KeepCalls(config, &foundation->clock));
  const auto rights = std::make_shared<RightsSource>(std::move(configured));
  ASSIGN_OR_RETURN(const std::unique_ptr<LedgerLife> life,
                   LedgerLife::Create(config, foundation.get(), {"ingestion", "metrics"}, nullptr));
  ASSIGN_OR_RETURN(
      std::unique_ptr<Service> service,
      Service::Create(foundation->store.get(), foundation->committer.get(), &foundation->clock,
                      rights, metrics, MutationLimits::FromConfig(config), life->seams(),
                      kept.keeping()));
  service->LimitCallers(Shares::FromConfig(config.caller_shares()));
  std::unique_ptr<RightsFollower> follower;
  std::unique_ptr<FeedConsumer> consumer;
  if (ingestion != nullptr) {
    ASSIGN_OR_RETURN(follower,
                     RightsFollower::Open(foundation->store.get(), foundation->committer.get(),
                                          Family::kRights, rights.get(), &foundation->clock));
    consumer = std::make_unique<FeedConsumer>("ingestion", ingestion, follower.get(),
                                              life->seams().witnesses);
    service->CheckOrganisations();
    service->ShowFollowed("ingestion", consumer.get(), follower.get());
  }
  BackupServer backup_server(service->guard(), foundation->backups.get());
  std::vector<grpc::Service*> services = service->grpc_services();
  services.push_back(&backup_server);
  ASSIGN_OR_RETURN(std::unique_ptr<Server> server, Server::Start(config, services));
  life->Begin([&](const absl::Status& why) {
    service->RefuseAll(why);
    server->SayNotServing();
  });
  WaitForStopSignal();
  life->End();
  server->Drain([&] { service->EndStreams(); });
  service->Drain();
  if (consumer != nullptr) consumer->Stop();
  foundation->committer->Stop();
  return absl::OkStatus();
}

}  // namespace
}  // namespace onereturn::assessment

int main(int argument_count, char** arguments) {
  return onereturn::RunService(argument_count, arguments, onereturn::assessment::Serve);
}

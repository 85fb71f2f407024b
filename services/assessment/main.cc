// assessmentd: construction only.
#include <memory>
#include <utility>

#include "common/rpc/server.h"
#include "common/service/foundation.h"
#include "common/service/kept_calls.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/assessment/rpc/service.h"
#include "services/assessment/store/families.h"

namespace onereturn::assessment {
namespace {

absl::Status Serve(const config::v1::ServerConfig& config) {
  ASSIGN_OR_RETURN(Rights rights, ReadRights(config));
  ASSIGN_OR_RETURN(std::shared_ptr<grpc::Channel> metrics, PeerChannel(config, "metrics"));
  if (metrics == nullptr) {
    return Error(Reason::kFieldInvalid, "the configuration names no peer \"metrics\"")
        .Field("peers", "name the metrics service, whose values evidence pins");
  }
  ASSIGN_OR_RETURN(std::unique_ptr<Foundation> foundation,
                   LayFoundation(config, kServiceName, AllFamilies()));
  ASSIGN_OR_RETURN(const KeptCalls kept, KeepCalls(config, &foundation->clock));
  MutationLimits limits;
  if (config.bytes_in_flight_limit() > 0) limits.bytes_in_flight = config.bytes_in_flight_limit();
  ASSIGN_OR_RETURN(
      std::unique_ptr<Service> service,
      Service::Create(foundation->store.get(), foundation->committer.get(), &foundation->clock,
                      std::move(rights), metrics, limits, kept.keeping()));
  ASSIGN_OR_RETURN(std::unique_ptr<Server> server, Server::Start(config, service->grpc_services()));
  WaitForStopSignal();
  server->Drain([&] { service->EndStreams(); });
  service->Drain();
  foundation->committer->Stop();
  return absl::OkStatus();
}

}  // namespace
}  // namespace onereturn::assessment

int main(int argument_count, char** arguments) {
  return onereturn::RunService(argument_count, arguments, onereturn::assessment::Serve);
}

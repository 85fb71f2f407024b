// A server with the suite's way of starting, mutual TLS, a store and the ledger service, and
// nothing else: what the harness's own tests run.
#include <memory>

#include "common/commit/primary_family.h"
#include "common/feed/ledger_service.h"
#include "common/rpc/guard.h"
#include "common/rpc/server.h"
#include "common/service/foundation.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

absl::Status Serve(const config::v1::ServerConfig& config) {
  ASSIGN_OR_RETURN(Rights rights, ReadRights(config));
  ASSIGN_OR_RETURN(const std::unique_ptr<Foundation> foundation,
                   LayFoundation(config, "idle", PrimaryFamilies()));
  ASSIGN_OR_RETURN(const std::unique_ptr<Guard> guard,
                   Guard::Create(std::move(rights), &foundation->clock,
                                 {ServiceDescriptor<ledger::v1::LedgerService>()}));
  LedgerServer ledger(guard.get(), foundation->store.get(), foundation->committer.get(), {});
  ASSIGN_OR_RETURN(const std::unique_ptr<Server> server, Server::Start(config, {&ledger}));
  WaitForStopSignal();
  server->Drain([&] { foundation->committer->WakeWaiters(); });
  foundation->committer->Stop();
  return absl::OkStatus();
}

}  // namespace
}  // namespace onereturn

int main(int argument_count, char** arguments) {
  return onereturn::RunService(argument_count, arguments, onereturn::Serve);
}

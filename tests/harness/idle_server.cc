// A server with the suite's way of starting, mutual TLS, a store and the ledger service, and
// nothing else: what the harness's own tests run.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "common/clock/clock.h"
#include "common/commit/committer.h"
#include "common/commit/primary_family.h"
#include "common/commit/service_store.h"
#include "common/feed/feed_service.h"
#include "common/rpc/guard.h"
#include "common/rpc/server.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

absl::StatusOr<SigningKey> ReadKey(const std::string& file) {
  std::unique_ptr<FILE, int (*)(FILE*)> stream(std::fopen(file.c_str(), "r"), std::fclose);
  if (stream == nullptr) return absl::NotFoundError(file);
  std::string pem(4'096, '\0');
  pem.resize(std::fread(pem.data(), 1, pem.size(), stream.get()));
  return SigningKey::FromPem(pem);
}

absl::Status Run(int argument_count, char** arguments) {
  ASSIGN_OR_RETURN(config::v1::ServerConfig config, ReadServerConfig(argument_count, arguments));
  PrepareProcess(config);
  const SystemClock clock;
  ASSIGN_OR_RETURN(auto store, OpenServiceStore(config.data_folder(), "idle", PrimaryFamilies()));
  ASSIGN_OR_RETURN(SigningKey key, ReadKey(config.signing_key_file()));
  CommitterOptions options;
  options.service = "idle";
  options.on_fatal = [](const absl::Status& status) { StopForStorageFault(status); };
  ASSIGN_OR_RETURN(auto committer,
                   Committer::Start(store.get(), &clock, std::move(key), std::move(options)));
  config::v1::RightsFile rights_file;
  RETURN_IF_ERROR(ReadTextProto(config.rights_file(), &rights_file));
  ASSIGN_OR_RETURN(Rights rights, Rights::FromProto(rights_file));
  ASSIGN_OR_RETURN(auto guard,
                   Guard::Create(std::move(rights), &clock,
                                 {ledger::v1::GetHeadRequest::descriptor()->file()->service(0)}));
  LedgerServer ledger(guard.get(), committer.get());
  ASSIGN_OR_RETURN(auto server, Server::Start(config, {&ledger}));
  WaitForStopSignal();
  server->Drain([&] { committer->WakeWaiters(); });
  committer->Stop();
  return absl::OkStatus();
}

}  // namespace
}  // namespace onereturn

int main(int argument_count, char** arguments) {
  const absl::Status status = onereturn::Run(argument_count, arguments);
  if (status.ok()) return EXIT_SUCCESS;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return 78;
}

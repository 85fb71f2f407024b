// ingestiond: construction only.
#include <cstdio>

#include "common/clock/clock.h"
#include "common/commit/committer.h"
#include "common/commit/service_store.h"
#include "common/feed/feed_service.h"
#include "common/log/log.h"
#include "common/rpc/server.h"
#include "common/status/status_macros.h"
#include "services/ingestion/rpc/catalogue_server.h"
#include "services/ingestion/rpc/operations_server.h"
#include "services/ingestion/rpc/returns_server.h"
#include "services/ingestion/store/families.h"

namespace onereturn::ingestion {
namespace {

constexpr char kService[] = "ingestion";

absl::Status Serve(const config::v1::ServerConfig& config) {
  SystemClock clock;
  ASSIGN_OR_RETURN(std::string key_pem, ReadTextFile(config.signing_key_file()));
  ASSIGN_OR_RETURN(SigningKey key, SigningKey::FromPem(key_pem));
  config::v1::RightsFile rights_file;
  RETURN_IF_ERROR(ReadTextProto(config.rights_file(), &rights_file));
  ASSIGN_OR_RETURN(Rights rights, Rights::FromProto(rights_file));
  ASSIGN_OR_RETURN(std::unique_ptr<Guard> guard,
                   Guard::Create(std::move(rights), &clock,
                                 {ServiceDescriptor<returns::v1::ReturnsService>(),
                                  ServiceDescriptor<catalogue::v1::CatalogueService>(),
                                  ServiceDescriptor<operations::v1::OperationsService>(),
                                  ServiceDescriptor<feed::v1::FeedService>(),
                                  ServiceDescriptor<ledger::v1::LedgerService>()}));
  ASSIGN_OR_RETURN(std::unique_ptr<Store> store,
                   OpenServiceStore(config.data_folder(), kService, Families()));
  CommitterOptions options;
  options.service = kService;
  options.on_fatal = StopForStorageFault;
  ASSIGN_OR_RETURN(std::unique_ptr<Committer> committer,
                   Committer::Start(store.get(), &clock, std::move(key), std::move(options)));

  MutationLimits limits;
  if (config.bytes_in_flight_limit() > 0) limits.bytes_in_flight = config.bytes_in_flight_limit();
  MutationGate gate(guard.get(), limits);
  const PageTokens pages = PageTokens::Random();
  CompiledCollections collections(store.get());
  const Uploads uploads(store.get(), committer.get(), &clock);
  const SubmitReturn submit_return(store.get(), committer.get(), &collections);
  const SubmitFile submit_file(store.get(), committer.get(), &collections, &uploads,
                               &submit_return);
  const Define define(store.get(), committer.get());
  RETURN_IF_ERROR(uploads.Sweep());

  const IngestionParts parts{guard.get(),  &gate,    &pages,         store.get(), committer.get(),
                             &collections, &uploads, &submit_return, &submit_file};
  ReturnsServer returns_server(parts);
  CatalogueServer catalogue_server(parts, &define);
  OperationsServer operations_server(guard.get(), committer.get());
  LedgerServer ledger_server(guard.get(), committer.get());
  FeedServer feed_server(guard.get(), store.get(), committer.get(),
                         [&store](const Digest& digest) -> absl::StatusOr<std::string> {
                           ASSIGN_OR_RETURN(std::optional<std::string> chunk,
                                            FindChunk(*store, digest));
                           if (!chunk.has_value()) return NotFound();
                           return *std::move(chunk);
                         });
  ASSIGN_OR_RETURN(std::unique_ptr<Server> server,
                   Server::Start(config, {&returns_server, &catalogue_server, &operations_server,
                                          &ledger_server, &feed_server}));
  WaitForStopSignal();
  server->Drain([&] {
    feed_server.Drain();
    committer->WakeWaiters();
  });
  returns_server.Drain();
  gate.Drain();
  committer->Stop();
  LogInfo("server.stopped", {});
  return absl::OkStatus();
}

}  // namespace
}  // namespace onereturn::ingestion

int main(int argument_count, char** arguments) {
  auto config = onereturn::ReadServerConfig(argument_count, arguments);
  if (!config.ok()) {
    std::fprintf(stderr, "%s\n", std::string(config.status().message()).c_str());
    return onereturn::kExitConfiguration;
  }
  onereturn::PrepareProcess(*config);
  return onereturn::ExitCodeOf(onereturn::ingestion::Serve(*config));
}

// ingestiond: construction only.
#include "common/feed/feed_service.h"
#include "common/feed/operations_service.h"
#include "common/log/log.h"
#include "common/rpc/access_server.h"
#include "common/rpc/server.h"
#include "common/service/foundation.h"
#include "common/service/kept_calls.h"
#include "common/service/periodic_work.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"
#include "services/ingestion/rpc/catalogue_server.h"
#include "services/ingestion/rpc/returns_server.h"
#include "services/ingestion/store/families.h"

namespace onereturn::ingestion {
namespace {

constexpr absl::Duration kUploadSweepInterval = absl::Hours(1);

absl::Status Serve(const config::v1::ServerConfig& config) {
  ASSIGN_OR_RETURN(Rights rights, ReadRights(config));
  ASSIGN_OR_RETURN(std::unique_ptr<Foundation> foundation,
                   LayFoundation(config, "ingestion", Families()));
  const SystemClock& clock = foundation->clock;
  Store* const store = foundation->store.get();
  Committer* const committer = foundation->committer.get();
  ASSIGN_OR_RETURN(std::unique_ptr<Guard> guard,
                   Guard::Create(std::move(rights), &clock,
                                 {ServiceDescriptor<returns::v1::ReturnsService>(),
                                  ServiceDescriptor<catalogue::v1::CatalogueService>(),
                                  ServiceDescriptor<operations::v1::OperationsService>(),
                                  ServiceDescriptor<feed::v1::FeedService>(),
                                  ServiceDescriptor<ledger::v1::LedgerService>(),
                                  ServiceDescriptor<access::v1::AccessLogService>()}));
  ASSIGN_OR_RETURN(const KeptCalls kept, KeepCalls(config, &clock));
  guard->Use(kept.keeping());
  MutationLimits limits;
  if (config.bytes_in_flight_limit() > 0) limits.bytes_in_flight = config.bytes_in_flight_limit();
  MutationGate gate(guard.get(), limits);
  const PageTokens pages = PageTokens::Random();
  CompiledCollections collections(store);
  const Uploads uploads(store, committer, &clock);
  const FactWriter writer(store, committer, [&gate](std::function<void()> work) {
    return gate.TrySubmit(std::move(work));
  });
  const SubmitReturn submit_return(committer, &writer, &collections);
  const SubmitFile submit_file(store, &writer, &collections, &uploads, &submit_return);
  const Define define(&writer);
  const PeriodicWork sweep(kUploadSweepInterval, [&uploads] {
    const absl::Status swept = uploads.Sweep();
    if (!swept.ok()) LogWarning("uploads.sweep_failed", {{"why", swept.message()}});
  });

  const IngestionParts parts{guard.get(),  &gate,    &pages,         store,       committer,
                             &collections, &uploads, &submit_return, &submit_file};
  ReturnsServer returns_server(parts);
  CatalogueServer catalogue_server(parts, &define);
  PlainOperationsServer operations_server(guard.get(), committer);
  LedgerServer ledger_server(guard.get(), committer);
  AccessServer access_server(guard.get(), kept.access_log.get());
  FeedServer feed_server(
      guard.get(), store, committer, [store](const Digest& digest) -> absl::StatusOr<std::string> {
        ASSIGN_OR_RETURN(std::optional<std::string> chunk, FindChunk(*store, digest));
        if (!chunk.has_value()) return NotFound();
        return *std::move(chunk);
      });
  ASSIGN_OR_RETURN(std::unique_ptr<Server> server,
                   Server::Start(config, {&returns_server, &catalogue_server, &operations_server,
                                          &ledger_server, &feed_server, &access_server}));
  WaitForStopSignal();
  server->Drain([&] {
    feed_server.Drain();
    committer->WakeWaiters();
  });
  returns_server.Drain();
  gate.Drain();
  committer->Stop();
  return absl::OkStatus();
}

}  // namespace
}  // namespace onereturn::ingestion

int main(int argument_count, char** arguments) {
  return onereturn::RunService(argument_count, arguments, onereturn::ingestion::Serve);
}

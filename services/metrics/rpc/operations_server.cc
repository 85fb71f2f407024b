#include "services/metrics/rpc/operations_server.h"

#include <string>

#include "common/feed/load_of.h"
#include "common/feed/operations_service.h"
#include "common/feed/wire.h"
#include "common/status/status_macros.h"
#include "services/metrics/app/read_gate.h"

namespace onereturn::metrics {
void OperationsServer::AddCursor(absl::string_view service, Feed feed, const std::string& fault,
                                 const std::string& paused,
                                 operations::v1::GetStatusResponse* response) const {
  const FeedCursor cursor = runner_->Cursor(feed);
  operations::v1::FeedCursor* wire = response->add_cursors();
  wire->set_service(std::string(service));
  wire->set_epoch(cursor.epoch);
  wire->set_sequence(cursor.sequence);
  *wire->mutable_through_time() = onereturn::ToWire(Timestamp{cursor.through_time_micros});
  wire->set_fault(fault);
  wire->set_paused(paused);
}

grpc::Status OperationsServer::GetStatus(grpc::ServerContext* context,
                                         const operations::v1::GetStatusRequest* request,
                                         operations::v1::GetStatusResponse* response) {
  return guard_->Serve(*context, *request, response, [&](const CallContext&) -> absl::Status {
    response->set_service(kMetricsService);
    response->set_version(ONERETURN_VERSION);
    ledger_.AddStatus(response);
    AddCursor(kIngestionService, Feed::kIngestion,
              consumer_ == nullptr ? "no source is configured" : consumer_->fault(),
              consumer_ == nullptr ? "" : consumer_->paused(), response);
    AddCursor(kMetricsService, Feed::kMetrics, runner_->fault(), runner_->paused(), response);
    AddStorageStatus(*store_, response);
    *response->mutable_load() = LoadOf(*guard_);
    return absl::OkStatus();
  });
}

grpc::Status OperationsServer::HashDerived(grpc::ServerContext* context,
                                           const operations::v1::HashDerivedRequest* request,
                                           operations::v1::HashDerivedResponse* response) {
  return guard_->Serve(*context, *request, response, [&](const CallContext&) -> absl::Status {
    ASSIGN_OR_RETURN(const DerivedHash hash, tables_->Hash());
    response->set_digest(std::string(DigestBytes(hash.digest)));
    response->set_position(PositionText(Position{{hash.ingestion.epoch, hash.ingestion.sequence},
                                                 {hash.metrics.epoch, hash.metrics.sequence}}));
    return absl::OkStatus();
  });
}

grpc::Status OperationsServer::RebuildDerived(grpc::ServerContext* context,
                                              const operations::v1::RebuildDerivedRequest* request,
                                              operations::v1::RebuildDerivedResponse* response) {
  return guard_->Serve(*context, *request, response, [&](const CallContext&) -> absl::Status {
    if (consumer_ == nullptr) return runner_->Rebuild();
    return consumer_->DropAndReconnect([&] { return runner_->Rebuild(); });
  });
}

grpc::Status OperationsServer::RotateSigningKey(
    grpc::ServerContext* context, const operations::v1::RotateSigningKeyRequest* request,
    operations::v1::RotateSigningKeyResponse* response) {
  return guard_->Serve(*context, *request, response, [&](const CallContext& call) {
    return ledger_.RotateSigningKey(call, *request, response);
  });
}

}  // namespace onereturn::metrics

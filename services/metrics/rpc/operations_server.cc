#include "services/metrics/rpc/operations_server.h"

#include <string>

#include "common/feed/wire.h"
#include "common/rpc/process_memory.h"
#include "common/status/status_macros.h"
#include "services/metrics/app/read_gate.h"

namespace onereturn::metrics {
void OperationsServer::AddCursor(absl::string_view service, Feed feed, const std::string& fault,
                                 operations::v1::GetStatusResponse* response) const {
  const FeedCursor cursor = runner_->Cursor(feed);
  operations::v1::FeedCursor* wire = response->add_cursors();
  wire->set_service(std::string(service));
  wire->set_epoch(cursor.epoch);
  wire->set_sequence(cursor.sequence);
  *wire->mutable_through_time() = onereturn::ToWire(Timestamp{cursor.through_time_micros});
  wire->set_fault(fault);
}

grpc::Status OperationsServer::GetStatus(grpc::ServerContext* context,
                                         const operations::v1::GetStatusRequest* request,
                                         operations::v1::GetStatusResponse* response) {
  return guard_->Serve(*context, *request, response, [&](const CallContext&) -> absl::Status {
    response->set_service(kMetricsService);
    response->set_version(ONERETURN_VERSION);
    response->set_epoch(committer_->epoch());
    response->set_sequence(committer_->LatestHead().head.size);
    AddCursor(kIngestionService, Feed::kIngestion,
              consumer_ == nullptr ? "no source is configured" : consumer_->fault(), response);
    AddCursor(kMetricsService, Feed::kMetrics, runner_->fault(), response);
    const ProcessMemory memory = ReadProcessMemory();
    response->set_resident_bytes(memory.resident_bytes);
    response->set_peak_resident_bytes(memory.peak_resident_bytes);
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

}  // namespace onereturn::metrics

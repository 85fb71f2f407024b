#include "services/assessment/rpc/operations_server.h"

#include <string>

#include "common/digest/digest.h"
#include "common/feed/position.h"
#include "common/rpc/process_memory.h"

namespace onereturn::assessment {

grpc::Status OperationsServer::GetStatus(grpc::ServerContext* context,
                                         const operations::v1::GetStatusRequest* request,
                                         operations::v1::GetStatusResponse* response) {
  return guard_->Serve(*context, *request, [&](const CallContext& /*call*/) {
    const ProcessMemory memory = ReadProcessMemory();
    response->set_service(committer_->service());
    response->set_version(ONERETURN_VERSION);
    response->set_epoch(committer_->epoch());
    response->set_sequence(committer_->LatestHead().head.size);
    response->set_resident_bytes(memory.resident_bytes);
    response->set_peak_resident_bytes(memory.peak_resident_bytes);
    return absl::OkStatus();
  });
}

grpc::Status OperationsServer::HashDerived(grpc::ServerContext* context,
                                           const operations::v1::HashDerivedRequest* request,
                                           operations::v1::HashDerivedResponse* response) {
  return guard_->Serve(*context, *request, [&](const CallContext& /*call*/) {
    const Digest nothing = Sha256("");
    response->set_digest(std::string(DigestBytes(nothing)));
    Position position;
    position.Set(committer_->service(),
                 ServicePosition{committer_->epoch(), committer_->LatestHead().head.size});
    response->set_position(position.ToString());
    return absl::OkStatus();
  });
}

grpc::Status OperationsServer::RebuildDerived(
    grpc::ServerContext* context, const operations::v1::RebuildDerivedRequest* request,
    operations::v1::RebuildDerivedResponse* /*response*/) {
  return guard_->Serve(*context, *request,
                       [](const CallContext& /*call*/) { return absl::OkStatus(); });
}

}  // namespace onereturn::assessment

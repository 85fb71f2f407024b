#include "common/feed/operations_service.h"

#include "common/digest/digest.h"
#include "common/feed/position.h"
#include "common/rpc/process_memory.h"

namespace onereturn {

grpc::Status PlainOperationsServer::GetStatus(grpc::ServerContext* context,
                                              const operations::v1::GetStatusRequest* request,
                                              operations::v1::GetStatusResponse* response) {
  return guard_->Serve(*context, *request, response, [&](const CallContext&) -> absl::Status {
    response->set_service(committer_->service());
    response->set_version(ONERETURN_VERSION);
    response->set_epoch(committer_->epoch());
    response->set_sequence(committer_->LatestHead().head.size);
    const ProcessMemory memory = ReadProcessMemory();
    response->set_resident_bytes(memory.resident_bytes);
    response->set_peak_resident_bytes(memory.peak_resident_bytes);
    return absl::OkStatus();
  });
}

grpc::Status PlainOperationsServer::HashDerived(grpc::ServerContext* context,
                                                const operations::v1::HashDerivedRequest* request,
                                                operations::v1::HashDerivedResponse* response) {
  return guard_->Serve(*context, *request, response, [&](const CallContext&) -> absl::Status {
    const Digest nothing = Sha256("");
    response->set_digest(std::string(DigestBytes(nothing)));
    Position position;
    position.Set(committer_->service(),
                 ServicePosition{committer_->epoch(), committer_->LatestHead().head.size});
    response->set_position(position.ToString());
    return absl::OkStatus();
  });
}

grpc::Status PlainOperationsServer::RebuildDerived(
    grpc::ServerContext* context, const operations::v1::RebuildDerivedRequest* request,
    operations::v1::RebuildDerivedResponse* /*response*/) {
  // Nothing is derived here, so nothing has to be done.
  return guard_->Serve(*context, *request,
                       [](const CallContext& /*call*/) { return absl::OkStatus(); });
}

}  // namespace onereturn

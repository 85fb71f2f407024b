#include "common/feed/operations_service.h"

#include "common/digest/digest.h"
#include "common/feed/load_of.h"
#include "common/feed/position.h"
#include "common/feed/wire.h"
#include "common/status/status_macros.h"

namespace onereturn {

grpc::Status PlainOperationsServer::GetStatus(grpc::ServerContext* context,
                                              const operations::v1::GetStatusRequest* request,
                                              operations::v1::GetStatusResponse* response) {
  return guard_->Serve(*context, *request, response, [&](const CallContext&) -> absl::Status {
    response->set_service(committer_->service());
    response->set_version(ONERETURN_VERSION);
    ledger_.AddStatus(response);
    RETURN_IF_ERROR(AddCursor(response));
    AddStorageStatus(*store_, response);
    *response->mutable_load() = LoadOf(*guard_);
    return absl::OkStatus();
  });
}

absl::Status PlainOperationsServer::AddCursor(operations::v1::GetStatusResponse* response) const {
  if (consumer_ == nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(const FeedProgress progress, taker_->Progress());
  operations::v1::FeedCursor* cursor = response->add_cursors();
  cursor->set_service(source_);
  cursor->set_epoch(progress.epoch);
  cursor->set_sequence(progress.sequence);
  *cursor->mutable_through_time() = ToWire(progress.through_time);
  cursor->set_fault(consumer_->fault());
  cursor->set_paused(consumer_->paused());
  return absl::OkStatus();
}

void AddStorageStatus(const Store& store, operations::v1::GetStatusResponse* response) {
  const StoreSpace space = store.Space();
  operations::v1::StorageStatus* const storage = response->mutable_storage();
  storage->set_free_bytes(space.free_bytes);
  storage->set_total_bytes(space.total_bytes);
  storage->set_writes_refused(space.writes_refused);
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
    operations::v1::RebuildDerivedResponse* response) {
  // Nothing is derived here, so nothing has to be done.
  return guard_->Serve(*context, *request, response,
                       [](const CallContext& /*call*/) { return absl::OkStatus(); });
}

grpc::Status PlainOperationsServer::RotateSigningKey(
    grpc::ServerContext* context, const operations::v1::RotateSigningKeyRequest* request,
    operations::v1::RotateSigningKeyResponse* response) {
  return guard_->Serve(*context, *request, response, [&](const CallContext& call) {
    return ledger_.RotateSigningKey(call, *request, response);
  });
}

}  // namespace onereturn

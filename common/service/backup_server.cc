#include "common/service/backup_server.h"

#include <vector>

#include "common/feed/wire.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

void ToWire(const HeldCopy& copy, operations::v1::Backup* wire) {
  wire->set_name(copy.name);
  *wire->mutable_time() = ToWire(copy.time);
  wire->set_bytes(copy.bytes);
  wire->set_epoch(copy.head.head.epoch);
  wire->set_sequence(copy.head.head.size);
}

}  // namespace

grpc::Status BackupServer::MakeBackup(grpc::ServerContext* context,
                                      const operations::v1::MakeBackupRequest* request,
                                      operations::v1::MakeBackupResponse* response) {
  return guard_->Serve(*context, *request, response, [&](const CallContext& /*call*/) -> absl::Status {
    ASSIGN_OR_RETURN(const HeldCopy copy, backups_->BackUp());
    ToWire(copy, response->mutable_backup());
    return absl::OkStatus();
  });
}

grpc::Status BackupServer::ListBackups(grpc::ServerContext* context,
                                       const operations::v1::ListBackupsRequest* request,
                                       operations::v1::ListBackupsResponse* response) {
  return guard_->Serve(*context, *request, response, [&](const CallContext& /*call*/) -> absl::Status {
    ASSIGN_OR_RETURN(const std::vector<HeldCopy> copies, backups_->List());
    for (const HeldCopy& copy : copies) ToWire(copy, response->add_backups());
    return absl::OkStatus();
  });
}

}  // namespace onereturn

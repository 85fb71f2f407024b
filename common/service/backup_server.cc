#include "common/service/backup_server.h"

#include <string>
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
  wire->set_by_hand(copy.by_hand);
}

operations::v1::BackupRun::State ToWire(BackupRun::State state) {
  switch (state) {
    case BackupRun::State::kWaiting:
      return operations::v1::BackupRun::STATE_WAITING;
    case BackupRun::State::kCopying:
      return operations::v1::BackupRun::STATE_COPYING;
    case BackupRun::State::kVerifying:
      return operations::v1::BackupRun::STATE_VERIFYING;
    case BackupRun::State::kMade:
      return operations::v1::BackupRun::STATE_MADE;
    case BackupRun::State::kFailed:
      return operations::v1::BackupRun::STATE_FAILED;
  }
  return operations::v1::BackupRun::STATE_UNSPECIFIED;
}

void ToWire(const BackupRun& run, operations::v1::BackupRun* wire) {
  wire->set_id(run.id);
  *wire->mutable_begun_time() = ToWire(run.begun);
  wire->set_state(ToWire(run.state));
  wire->set_bytes_copied(run.bytes_copied);
  if (run.state == BackupRun::State::kMade) ToWire(run.copy, wire->mutable_backup());
  if (!run.failure.ok()) wire->set_failure(std::string(run.failure.message()));
}

}  // namespace

grpc::Status BackupServer::MakeBackup(grpc::ServerContext* context,
                                      const operations::v1::MakeBackupRequest* request,
                                      operations::v1::MakeBackupResponse* response) {
  return guard_->Serve(*context, *request, response,
                       [&](const CallContext& /*call*/) -> absl::Status {
                         ASSIGN_OR_RETURN(const BackupRun run, backups_->Begin());
                         ToWire(run, response->mutable_run());
                         return absl::OkStatus();
                       });
}

grpc::Status BackupServer::ListBackups(grpc::ServerContext* context,
                                       const operations::v1::ListBackupsRequest* request,
                                       operations::v1::ListBackupsResponse* response) {
  return guard_->Serve(*context, *request, response,
                       [&](const CallContext& /*call*/) -> absl::Status {
                         ASSIGN_OR_RETURN(const std::vector<HeldCopy> copies, backups_->List());
                         for (const HeldCopy& copy : copies) ToWire(copy, response->add_backups());
                         for (const BackupRun& run : backups_->Runs()) {
                           ToWire(run, response->add_runs());
                         }
                         return absl::OkStatus();
                       });
}

}  // namespace onereturn

// BackupService: what an operator asks about copies of the store. Every service serves it.
#ifndef ONERETURN_COMMON_SERVICE_BACKUP_SERVER_H_
#define ONERETURN_COMMON_SERVICE_BACKUP_SERVER_H_

#include "common/rpc/guard.h"
#include "common/service/backups.h"
#include "onereturn/operations/v1/operations.grpc.pb.h"

namespace onereturn {

// Thread safe.
class BackupServer final : public operations::v1::BackupService::Service {
 public:
  BackupServer(const Guard* guard, Backups* backups) : guard_(guard), backups_(backups) {}

  grpc::Status MakeBackup(grpc::ServerContext* context,
                          const operations::v1::MakeBackupRequest* request,
                          operations::v1::MakeBackupResponse* response) override;
  grpc::Status ListBackups(grpc::ServerContext* context,
                           const operations::v1::ListBackupsRequest* request,
                           operations::v1::ListBackupsResponse* response) override;

 private:
  const Guard* const guard_;
  Backups* const backups_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_SERVICE_BACKUP_SERVER_H_

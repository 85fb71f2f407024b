// Disks, copies and restores: deployments of their own, since they lose things.
#include <google/protobuf/text_format.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "common/authority/authority.h"
#include "common/base/check.h"
#include "common/base/exit_code.h"
#include "common/service/restore.h"
#include "common/status/new_file.h"
#include "onereturn/operations/v1/operations.grpc.pb.h"
#include "tests/conformance/bad_inputs.h"
#ifdef ONERETURN_FAILPOINTS
#include "common/status/new_file.h"
#include "common/storage/fault_files.h"
#include "common/storage/testing/disk_faults.h"
#endif

namespace onereturn {
namespace {

// Ingestion alone, with the definitions of the world.
class SmallWorld {
 public:
  // `backups`: where its copies lie; "" for a folder of its own.
  explicit SmallWorld(const std::string& backups = "",
                      const std::vector<std::string>& environment = {}) {
    DeploymentOptions options;
    options.submitters = {"RCF"};
    options.adjust = [&backups](const std::string& service, config::v1::ServerConfig* config) {
      config->set_backup_folder(backups.empty() ? absl::StrCat("backups-", service) : backups);
    };
    suite_ = Deployment::Create(std::move(options)).value();
    suite_->SetEnvironment(kIngestion, environment);
    ONERETURN_CHECK(suite_->Start(kIngestion).ok());
    ONERETURN_CHECK(DefineWorld(suite_->Channel(kSteward, kIngestion)).ok());
  }

  // The good return, kept, under an id.
  grpc::Status Submit(const std::string& request_id,
                      returns::v1::SubmitReturnResponse* response) const {
    returns::v1::SubmitReturnRequest request = World::GoodReturn();
    request.set_request_id(request_id);
    request.set_validate_only(false);
    auto stub = returns::v1::ReturnsService::NewStub(suite_->Channel(Submitter("RCF"), kIngestion));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    return stub->SubmitReturn(&context, request, response);
  }
  Answer Submit(const std::string& request_id) const {
    returns::v1::SubmitReturnResponse response;
    const grpc::Status status = Submit(request_id, &response);
    return status.ok() ? AnswerOf(response) : AnswerOf(status);
  }

  operations::v1::Backup MakeBackup() const {
    auto stub = operations::v1::BackupService::NewStub(suite_->Channel(kOperator, kIngestion));
    const auto end = std::chrono::system_clock::now() + std::chrono::seconds(20);
    operations::v1::MakeBackupResponse begun;
    grpc::ClientContext context;
    context.set_deadline(end);
    ONERETURN_CHECK(stub->MakeBackup(&context, operations::v1::MakeBackupRequest(), &begun).ok());
    operations::v1::BackupRun run = begun.run();
    while (run.state() != operations::v1::BackupRun::STATE_MADE) {
      grpc::ClientContext looking;
      looking.set_deadline(end);
      operations::v1::ListBackupsResponse list;
      ONERETURN_CHECK(
          stub->ListBackups(&looking, operations::v1::ListBackupsRequest(), &list).ok());
      ONERETURN_CHECK(list.runs_size() > 0);
      run = list.runs(list.runs_size() - 1);
      ONERETURN_CHECK(run.id() == begun.run().id());
      ONERETURN_CHECK(run.state() != operations::v1::BackupRun::STATE_FAILED);
    }
    return run.backup();
  }
  // Stops it, and starts it with the order to restore a copy: OK, or how it ended.
  Answer Restore(const std::string& copy, uint64_t accept_loss_after) {
    suite_->Kill9(kIngestion);
    config::v1::RestoreOrder order;
    order.set_id("order-1");
    order.set_copy(copy);
    order.set_accept_loss_after(accept_loss_after);
    order.set_reason("a drill");
    std::string text;
    ONERETURN_CHECK(google::protobuf::TextFormat::PrintToString(order, &text));
    const std::string file = RestoreOrderFile(folder());
    ONERETURN_CHECK(WriteNewFile(file, text, 0600).ok());
    if (suite_->Start(kIngestion).ok()) return {"OK", ""};
    const std::optional<ProcessEnd> end = suite_->FailedStart(kIngestion);
    const int code = end.has_value() ? end->exit_code.value_or(-1) : -1;
    // Nothing was carried out: without the order it serves what it held.
    std::filesystem::remove(file);
    const bool serves = suite_->Start(kIngestion).ok() && Submit("next").code == "VALID";
    return {absl::StrCat("EXIT ", code), serves ? "" : "LOST"};
  }

  std::string folder() const { return suite_->DataFolderOf(kIngestion); }
  std::string backup_folder() const { return suite_->File(absl::StrCat("backups-", kIngestion)); }

  Deployment& suite() const { return *suite_; }

 private:
  std::unique_ptr<Deployment> suite_;
};

Answer RepeatAfterARestore(World& /*world*/) {
  SmallWorld small;
  returns::v1::SubmitReturnResponse first;
  if (!small.Submit("kept", &first).ok()) return {"NOT TAKEN", ""};
  const operations::v1::Backup copy = small.MakeBackup();
  const Answer restored = small.Restore(copy.name(), copy.sequence());
  if (restored.code != "OK") return restored;
  returns::v1::SubmitReturnResponse again;
  const grpc::Status status = small.Submit("kept", &again);
  if (!status.ok()) return AnswerOf(status);
  const bool same = again.replayed() && again.receipt().leaf_hash() == first.receipt().leaf_hash();
  return same ? AnswerOf(again) : Answer{"NOT REPLAYED", ""};
}

Answer BackupOfAnotherDeployment(World& /*world*/) {
  const SmallWorld other;
  const operations::v1::Backup copy = other.MakeBackup();
  SmallWorld small(other.backup_folder());
  return small.Restore(copy.name(), copy.sequence());
}

Answer BackupFromBeforeWhatMustNotBeLost(World& /*world*/) {
  SmallWorld small;
  const operations::v1::Backup copy = small.MakeBackup();
  return small.Restore(copy.name(), copy.sequence() + 1);
}

#ifdef ONERETURN_FAILPOINTS
std::vector<std::string> FaultyDisk() { return {absl::StrCat(kFaultFilesVariable, "=1")}; }

Answer DiskNearlyFull(World& /*world*/) {
  const SmallWorld small("", FaultyDisk());
  uint64_t used = 0;
  for (const auto& file : std::filesystem::directory_iterator(small.folder())) {
    used += file.file_size();
  }
  MakeUpCapacity(small.folder(), used + 1'000'000);
  const Answer answer = small.Submit("full");
  MakeUpCapacity(small.folder(), uint64_t{100} << 30);
  return small.Submit("full").code == "VALID" ? answer : Answer{"NEVER AGAIN", ""};
}

Answer SyncThatFails(World& /*world*/) {
  const SmallWorld small("", FaultyDisk());
  OrderFault(small.folder(), "sync log 1 EIO once");
  const Answer answer = small.Submit("lost");
  const auto end = small.suite().process(kIngestion)->Wait(20'000);
  if (!end.ok() || end->exit_code != kExitStorageFault) return {"NOT ENDED BY IT", ""};
  small.suite().Kill9(kIngestion);
  if (!small.suite().Start(kIngestion).ok()) return {"NOT STARTED", ""};
  return small.Submit("lost").code == "VALID" ? answer : Answer{"NEVER AGAIN", ""};
}
#endif

}  // namespace

Cases StorageCases() {
  return {
      {"62.repeated_after_a_restore", RepeatAfterARestore},
      {"97.backup_of_another", BackupOfAnotherDeployment},
      {"97.backup_too_old", BackupFromBeforeWhatMustNotBeLost},
#ifdef ONERETURN_FAILPOINTS
      {"92.space_low", DiskNearlyFull},
      {"93.storage_fault", SyncThatFails},
#endif
  };
}

}  // namespace onereturn

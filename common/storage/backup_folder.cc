#include "common/storage/backup_folder.h"

#include <rocksdb/utilities/backup_engine.h>

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "common/storage/database.h"
#include "common/storage/engine_status.h"
#include "common/storage/folder.h"

namespace onereturn {
namespace {

// After so many bytes progress is told.
constexpr uint64_t kTellBytes = uint64_t{4} << 20;
// A backup that is removed while the folder is read makes reading fail, once.
constexpr int kReadingTries = 3;

rocksdb::BackupEngineOptions EngineOptionsFor(const std::string& path) {
  rocksdb::BackupEngineOptions options(path);
  options.sync = true;
  options.callback_trigger_interval_size = kTellBytes;
  options.share_table_files = true;
  options.share_files_with_checksum = true;  // Two stores' files of one number never meet.
  return options;
}

StoredBackup FromEngineInfo(const rocksdb::BackupInfo& info) {
  return {info.backup_id, info.timestamp, info.size, info.app_metadata};
}

std::vector<StoredBackup> AllOf(const rocksdb::BackupEngineReadOnlyBase& engine) {
  std::vector<rocksdb::BackupInfo> infos;
  engine.GetBackupInfo(&infos);
  std::vector<StoredBackup> backups;
  backups.reserve(infos.size());
  for (const rocksdb::BackupInfo& info : infos) backups.push_back(FromEngineInfo(info));
  return backups;
}

}  // namespace

struct BackupFolder::State {
  std::string path;
  std::unique_ptr<rocksdb::BackupEngine> engine;
};

BackupFolder::BackupFolder(std::unique_ptr<State> state) : state_(std::move(state)) {}
BackupFolder::~BackupFolder() = default;

absl::StatusOr<std::unique_ptr<BackupFolder>> BackupFolder::Open(const std::string& path) {
  auto state = std::make_unique<State>();
  state->path = path;
  rocksdb::BackupEngine* engine = nullptr;
  RETURN_IF_ERROR(FromEngine(
      rocksdb::BackupEngine::Open(EngineOptionsFor(path), rocksdb::Env::Default(), &engine),
      absl::StrCat("open the backups in ", path)));
  state->engine.reset(engine);
  return std::unique_ptr<BackupFolder>(new BackupFolder(std::move(state)));
}

absl::StatusOr<StoredBackup> BackupFolder::Add(const Store& store, absl::string_view note,
                                               const BackupProgress& progress) {
  const std::string doing = absl::StrCat("back up to ", state_->path);
  rocksdb::CreateBackupOptions options;
  // Table files alone: what the write-ahead log holds would be copied anew into each backup.
  options.flush_before_backup = true;
  options.progress_callback = [&progress] { progress.copied(kTellBytes); };
  rocksdb::BackupID number = 0;
  RETURN_IF_ERROR(FromEngine(state_->engine->CreateNewBackupWithMetadata(
                                 options, &store.database_->engine(), std::string(note), &number),
                             doing));
  progress.verifying();
  if (absl::Status verified = Verify(number); !verified.ok()) {
    // What cannot be restored must not look as if it could.
    state_->engine->DeleteBackup(number).PermitUncheckedError();
    return verified;
  }
  rocksdb::BackupInfo info;
  RETURN_IF_ERROR(FromEngine(state_->engine->GetBackupInfo(number, &info), doing));
  return FromEngineInfo(info);
}

std::vector<StoredBackup> BackupFolder::List() const { return AllOf(*state_->engine); }

void BackupFolder::Stop() { state_->engine->StopBackup(); }

absl::StatusOr<std::vector<StoredBackup>> BackupFolder::ListOf(const std::string& path) {
  std::error_code unreadable;  // Opening tells.
  if (!std::filesystem::exists(std::filesystem::path(path) / "meta", unreadable) && !unreadable) {
    return std::vector<StoredBackup>();
  }
  rocksdb::Status opened;
  for (int i = 0; i < kReadingTries; ++i) {
    rocksdb::BackupEngineReadOnly* engine = nullptr;
    opened = rocksdb::BackupEngineReadOnly::Open(EngineOptionsFor(path), rocksdb::Env::Default(),
                                                 &engine);
    if (opened.ok()) return AllOf(*std::unique_ptr<rocksdb::BackupEngineReadOnly>(engine));
  }
  return FromEngine(opened, absl::StrCat("open the backups in ", path));
}

absl::Status BackupFolder::Verify(uint32_t number) const {
  return FromEngine(state_->engine->VerifyBackup(number, /*verify_with_checksum=*/true),
                    absl::StrCat("verify backup ", number, " in ", state_->path));
}

absl::Status BackupFolder::Remove(uint32_t number) {
  return FromEngine(state_->engine->DeleteBackup(number),
                    absl::StrCat("remove backup ", number, " in ", state_->path));
}

absl::Status BackupFolder::Restore(uint32_t number, const std::string& folder) const {
  const std::string doing = absl::StrCat("restore backup ", number, " to ", folder);
  std::error_code unreadable;  // Writing there will tell.
  if (std::filesystem::exists(folder, unreadable)) {
    return absl::FailedPreconditionError(absl::StrCat("Could not ", doing, ": it exists already."));
  }
  RETURN_IF_ERROR(FromEngine(state_->engine->RestoreDBFromBackup(number, folder, folder), doing));
  return SyncStoreFiles(folder);
}

absl::Status SyncStoreFiles(const std::string& folder) {
  RETURN_IF_ERROR(SyncFiles(folder));
  return SyncParentFolder(folder);
}

}  // namespace onereturn

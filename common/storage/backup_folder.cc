#include "common/storage/backup_folder.h"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/utilities/backup_engine.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/read_file.h"
#include "common/base/sync_folder.h"
#include "common/status/new_file.h"
#include "common/status/status_macros.h"
#include "common/storage/backup_content.h"
#include "common/storage/database.h"
#include "common/storage/engine_status.h"
#include "common/storage/folder.h"

namespace onereturn {
namespace {

// After so many bytes progress is told.
constexpr uint64_t kTellBytes = uint64_t{4} << 20;
// A backup that is removed while the folder is read makes reading fail, once.
constexpr int kReadingTries = 3;

// Beside what the engine keeps there. While it is there, of the backups with a greater number than
// it says nobody knows that they can be restored. So a folder without it, of whatever age, holds
// sound ones alone, and an end at any moment leaves none that looks so and is not.
constexpr char kUnverifiedFile[] = "unverified";

// Of a backup: "seals/12".
constexpr char kSealFolder[] = "seals";

std::string SealFileIn(const std::string& folder, uint32_t number) {
  return absl::StrCat(folder, "/", kSealFolder, "/", number);
}

std::string UnverifiedFileIn(const std::string& folder) {
  return absl::StrCat(folder, "/", kUnverifiedFile);
}

// The greatest number of those that are verified; nothing when all are.
absl::StatusOr<std::optional<uint32_t>> LastVerified(const std::string& folder) {
  const std::string file = UnverifiedFileIn(folder);
  const std::optional<std::string> text = ReadFile(file);
  if (!text.has_value()) {
    std::error_code error;
    if (!std::filesystem::exists(file, error) && !error) return std::optional<uint32_t>();
    return absl::UnavailableError(absl::StrCat("Could not read ", file, "."));
  }
  uint32_t number = 0;
  if (absl::EndsWith(*text, "\n") && absl::SimpleAtoi(*text, &number)) return std::optional(number);
  // The process ended while it was being written: no backup had been begun.
  return std::optional(std::numeric_limits<uint32_t>::max());
}

absl::Status RemoveUnverifiedFile(const std::string& folder) {
  const std::string file = UnverifiedFileIn(folder);
  if ((unlink(file.c_str()) == 0 || errno == ENOENT) && SyncFolder(folder)) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("Could not remove ", file, ": ", std::strerror(errno), "."));
}

// Reading ends when it is told to: the engine can be stopped while it copies, but not while it
// verifies.
class StoppableFiles final : public rocksdb::FileSystemWrapper {
 public:
  explicit StoppableFiles(const std::atomic<bool>* stopped)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), stopped_(stopped) {}
  const char* Name() const override { return "StoppableFiles"; }

  rocksdb::IOStatus NewSequentialFile(const std::string& path, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                      rocksdb::IODebugContext* debug) override {
    std::unique_ptr<rocksdb::FSSequentialFile> opened;
    rocksdb::IOStatus status = target()->NewSequentialFile(path, options, &opened, debug);
    if (status.ok()) *file = std::make_unique<File>(std::move(opened), stopped_);
    return status;
  }

 private:
  class File final : public rocksdb::FSSequentialFileOwnerWrapper {
   public:
    File(std::unique_ptr<rocksdb::FSSequentialFile> file, const std::atomic<bool>* stopped)
        : FSSequentialFileOwnerWrapper(std::move(file)), stopped_(stopped) {}
    rocksdb::IOStatus Read(size_t size, const rocksdb::IOOptions& options, rocksdb::Slice* result,
                           char* scratch, rocksdb::IODebugContext* debug) override {
      if (*stopped_) return rocksdb::IOStatus::IOError("the reading was stopped");
      return FSSequentialFileOwnerWrapper::Read(size, options, result, scratch, debug);
    }

   private:
    const std::atomic<bool>* const stopped_;
  };

  const std::atomic<bool>* const stopped_;
};

rocksdb::BackupEngineOptions EngineOptionsFor(const std::string& path) {
  rocksdb::BackupEngineOptions options(path);
  options.sync = true;
  options.callback_trigger_interval_size = kTellBytes;
  options.share_table_files = true;
  options.share_files_with_checksum = true;  // Two stores' files of one number never meet.
  return options;
}

StoredBackup FromEngineInfo(const std::string& folder, const rocksdb::BackupInfo& info) {
  return {info.backup_id, info.timestamp, info.size, info.app_metadata,
          ReadFile(SealFileIn(folder, info.backup_id)).value_or("")};
}

std::vector<StoredBackup> AllOf(const std::string& folder,
                                const rocksdb::BackupEngineReadOnlyBase& engine) {
  std::vector<rocksdb::BackupInfo> infos;
  engine.GetBackupInfo(&infos);
  std::vector<StoredBackup> backups;
  backups.reserve(infos.size());
  for (const rocksdb::BackupInfo& info : infos) {
    backups.push_back(FromEngineInfo(folder, info));
  }
  return backups;
}

}  // namespace

struct BackupFolder::State {
  std::string path;
  std::atomic<bool> stopped{false};
  std::unique_ptr<rocksdb::Env> env =
      rocksdb::NewCompositeEnv(std::make_shared<StoppableFiles>(&stopped));
  std::unique_ptr<rocksdb::BackupEngine> engine;  // The last member: it uses those above.
};

BackupFolder::BackupFolder(std::unique_ptr<State> state) : state_(std::move(state)) {}
BackupFolder::~BackupFolder() = default;

absl::StatusOr<std::unique_ptr<BackupFolder>> BackupFolder::Open(const std::string& path) {
  auto state = std::make_unique<State>();
  state->path = path;
  rocksdb::BackupEngine* engine = nullptr;
  rocksdb::BackupEngineOptions options = EngineOptionsFor(path);
  options.backup_env = state->env.get();
  RETURN_IF_ERROR(FromEngine(rocksdb::BackupEngine::Open(options, rocksdb::Env::Default(), &engine),
                             absl::StrCat("open the backups in ", path)));
  state->engine.reset(engine);
  return std::unique_ptr<BackupFolder>(new BackupFolder(std::move(state)));
}

absl::StatusOr<StoredBackup> BackupFolder::Add(const Store& store, absl::string_view note,
                                               const Seal& seal, const BackupProgress& progress) {
  RETURN_IF_ERROR(VerifyUnverified());
  const std::string doing = absl::StrCat("back up to ", state_->path);
  RETURN_IF_ERROR(
      WriteNewFile(UnverifiedFileIn(state_->path), absl::StrCat(NewestNumber(), "\n"), 0640));
  rocksdb::CreateBackupOptions options;
  // Table files alone: what the write-ahead log holds would be copied anew into each backup.
  options.flush_before_backup = true;
  options.progress_callback = [&progress] { progress.copied(kTellBytes); };
  rocksdb::BackupID number = 0;
  // So that they can be read again when all is copied.
  ASSIGN_OR_RETURN(auto kept_files, KeptFiles::Of(&store.database_->engine()));
  // After a failure the file stays: who knows how far it came.
  RETURN_IF_ERROR(FromEngine(state_->engine->CreateNewBackupWithMetadata(
                                 options, &store.database_->engine(), std::string(note), &number),
                             doing));
  if (absl::Status sealed = PutSeal(store, number, seal); !sealed.ok()) {
    return GiveUp(number, sealed);
  }
  kept_files.reset();
  progress.verifying();
  if (absl::Status verified = Verify(number); !verified.ok()) return GiveUp(number, verified);
  RETURN_IF_ERROR(RemoveUnverifiedFile(state_->path));
  rocksdb::BackupInfo info;
  RETURN_IF_ERROR(FromEngine(state_->engine->GetBackupInfo(number, &info), doing));
  return FromEngineInfo(state_->path, info);
}

absl::Status BackupFolder::GiveUp(uint32_t number, const absl::Status& why) {
  // Nothing may hold up a stop; what was sealed before it may still be verified.
  if (state_->stopped) return why;
  // What cannot be restored must not look as if it could.
  if (Remove(number).ok()) RemoveUnverifiedFile(state_->path).IgnoreError();
  return why;
}

absl::Status BackupFolder::PutSeal(const Store& store, uint32_t number, const Seal& seal) const {
  rocksdb::BackupInfo info;
  RETURN_IF_ERROR(
      FromEngine(state_->engine->GetBackupInfo(number, &info, /*include_file_details=*/true),
                 absl::StrCat("list the files of backup ", number)));
  ASSIGN_OR_RETURN(const Digest content,
                   ContentInStore(store.database_->engine(), info.file_details, state_->stopped));
  ASSIGN_OR_RETURN(const std::string text, seal(content));
  const std::string file = SealFileIn(state_->path, number);
  std::error_code error;
  std::filesystem::create_directory(std::filesystem::path(state_->path) / kSealFolder, error);
  // Of a backup of that number that failed.
  if (!error) std::filesystem::remove(file, error);
  if (!error && !SyncFolder(state_->path)) error.assign(errno, std::generic_category());
  if (error) {
    return absl::UnavailableError(absl::StrCat("Could not make ", file, ": ", error.message()));
  }
  return WriteNewFile(file, text, 0640);
}

absl::StatusOr<bool> BackupFolder::HasUnverified(const std::string& path) {
  ASSIGN_OR_RETURN(const std::optional<uint32_t> verified, LastVerified(path));
  return verified.has_value();
}

absl::Status BackupFolder::VerifyUnverified() {
  ASSIGN_OR_RETURN(const std::optional<uint32_t> verified, LastVerified(state_->path));
  if (!verified.has_value()) return absl::OkStatus();
  for (const StoredBackup& backup : List()) {
    if (backup.number <= *verified) continue;
    const absl::Status sound =
        backup.seal.empty() ? absl::NotFoundError("It has no seal.") : Verify(backup.number);
    if (sound.ok()) continue;
    // Only what is known to be damaged: a disk that does not answer now may hold a good one.
    if (!absl::IsDataLoss(sound) && !absl::IsNotFound(sound)) return sound;
    RETURN_IF_ERROR(Remove(backup.number));
  }
  return RemoveUnverifiedFile(state_->path);
}

uint32_t BackupFolder::NewestNumber() const {
  uint32_t newest = 0;
  for (const StoredBackup& backup : List()) newest = std::max(newest, backup.number);
  std::vector<rocksdb::BackupID> damaged;
  state_->engine->GetCorruptedBackups(&damaged);
  for (const rocksdb::BackupID number : damaged) newest = std::max(newest, number);
  return newest;
}

std::vector<StoredBackup> BackupFolder::List() const {
  return AllOf(state_->path, *state_->engine);
}

void BackupFolder::Stop() {
  state_->stopped = true;
  state_->engine->StopBackup();
}

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
    if (!opened.ok()) continue;
    std::vector<StoredBackup> backups =
        AllOf(path, *std::unique_ptr<rocksdb::BackupEngineReadOnly>(engine));
    // Looked for after those: one that was verified meanwhile may be among them.
    ASSIGN_OR_RETURN(const std::optional<uint32_t> verified, LastVerified(path));
    if (verified.has_value()) {
      backups.erase(
          std::remove_if(backups.begin(), backups.end(),
                         [&](const StoredBackup& backup) { return backup.number > *verified; }),
          backups.end());
    }
    return backups;
  }
  return FromEngine(opened, absl::StrCat("open the backups in ", path));
}

absl::Status BackupFolder::Verify(uint32_t number) const {
  return FromEngine(state_->engine->VerifyBackup(number, /*verify_with_checksum=*/true),
                    absl::StrCat("verify backup ", number, " in ", state_->path));
}

absl::Status BackupFolder::Remove(uint32_t number) {
  // First the seal: the number may be given again, and then it would be another backup's.
  const std::string seal = SealFileIn(state_->path, number);
  std::error_code error;
  if (std::filesystem::remove(seal, error) && !SyncFolder(FolderOf(seal))) {
    error.assign(errno, std::generic_category());
  }
  if (error) {
    return absl::UnavailableError(absl::StrCat("Could not remove ", seal, ": ", error.message()));
  }
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

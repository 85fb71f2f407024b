#include "common/service/backups.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/read_file.h"
#include "common/log/log.h"
#include "common/status/error.h"
#include "common/status/new_file.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

namespace fs = std::filesystem;

constexpr absl::string_view kBackupPrefix = "backup-";
// A backup's note is the head it was made at, after this mark when it was made by hand. A signed
// head begins otherwise.
constexpr absl::string_view kByHandMark = "by hand\n";
constexpr absl::string_view kCheckpointPrefix = "checkpoint-";
constexpr char kHeadFile[] = "head";
constexpr char kStoreFolder[] = "store";

// "20261122T030000Z".
std::string CompactTime(Timestamp time) {
  std::string text;
  for (char c : FormatTimestamp(time)) {
    if (c == '.') break;
    if (c != '-' && c != ':') text.push_back(c);
  }
  return absl::StrCat(text, "Z");
}

// What CompactTime() wrote; nothing for another text.
std::optional<Timestamp> ParseCompactTime(absl::string_view text) {
  if (text.size() != 16) return std::nullopt;
  const absl::StatusOr<Timestamp> time =
      ParseTimestamp(absl::StrCat(text.substr(0, 4), "-", text.substr(4, 2), "-", text.substr(6, 5),
                                  ":", text.substr(11, 2), ":", text.substr(13)));
  if (!time.ok()) return std::nullopt;
  return *time;
}

std::optional<HeldCopy> CopyOf(std::string name, Timestamp time, uint64_t bytes,
                               absl::string_view head) {
  absl::StatusOr<SignedHead> signed_head = ParseSignedHead(head);
  if (!signed_head.ok()) {
    LogWarning("backup.unreadable", {{"name", name}});
    return std::nullopt;
  }
  return HeldCopy{std::move(name), time, bytes, *std::move(signed_head)};
}

// Sorted by name, which is by time.
std::vector<std::string> CheckpointNames(const std::string& data_folder) {
  std::vector<std::string> names;
  std::error_code missing;  // There are none then.
  for (auto file = fs::directory_iterator(CheckpointFolder(data_folder), missing);
       !missing && file != fs::directory_iterator(); file.increment(missing)) {
    std::string name = file->path().filename().string();
    std::error_code unreadable;
    // One without a head was never finished.
    if (absl::StartsWith(name, kCheckpointPrefix) &&
        ParseCompactTime(name.substr(kCheckpointPrefix.size())).has_value() &&
        fs::exists(file->path() / kHeadFile, unreadable)) {
      names.push_back(std::move(name));
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

absl::Status CannotMake(absl::string_view path, const std::error_code& error) {
  return absl::UnavailableError(absl::StrCat("cannot make ", path, ": ", error.message()));
}

}  // namespace

std::string CheckpointFolder(const std::string& data_folder) {
  return absl::StrCat(absl::StripSuffix(data_folder, "/"), ".checkpoints");
}

absl::StatusOr<std::vector<HeldCopy>> ListCopies(const std::string& data_folder,
                                                 const std::string& backup_folder) {
  std::vector<HeldCopy> copies;
  std::error_code error;
  const bool has_backups = !backup_folder.empty() && fs::exists(backup_folder, error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("cannot look at ", backup_folder, ": ", error.message()));
  }
  if (has_backups) {
    ASSIGN_OR_RETURN(const std::vector<StoredBackup> backups, BackupFolder::ListOf(backup_folder));
    for (const StoredBackup& backup : backups) {
      absl::string_view head = backup.note;
      const bool by_hand = absl::ConsumePrefix(&head, kByHandMark);
      std::optional<HeldCopy> copy =
          CopyOf(absl::StrCat(kBackupPrefix, backup.number),
                 Timestamp::FromSeconds(backup.time_seconds), backup.bytes, head);
      if (!copy.has_value()) continue;
      copy->by_hand = by_hand;
      copies.push_back(*std::move(copy));
    }
  }
  for (const std::string& name : CheckpointNames(data_folder)) {
    const fs::path folder = fs::path(CheckpointFolder(data_folder)) / name;
    const std::string head = ReadFile((folder / kHeadFile).string()).value_or("");
    std::optional<HeldCopy> copy =
        CopyOf(name, *ParseCompactTime(name.substr(kCheckpointPrefix.size())), 0, head);
    if (copy.has_value()) copies.push_back(*std::move(copy));
  }
  return copies;
}

absl::Status Backups::CheckConfigured() const {
  if (!folders_.backups.empty()) return absl::OkStatus();
  return Error(Reason::kBackupFolder, "the service's configuration names no backup_folder");
}

absl::StatusOr<BackupRun> Backups::Begin() {
  RETURN_IF_ERROR(CheckConfigured());
  std::lock_guard<std::mutex> beginning(begin_mutex_);
  BackupRun run;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    if (stopping_) return Error(Reason::kDraining, "the service is shutting down");
    if (!runs_.empty() && !runs_.back().over()) return runs_.back();
    run.begun = clock_->Now();
    // Two services that were started at one moment, or one after another, give no id twice.
    run.id = absl::StrCat(run.begun.micros, "-", ++runs_begun_);
    runs_.push_back(run);
    if (runs_.size() > kKeptRuns) runs_.pop_front();
  }
  if (thread_.joinable()) thread_.join();  // It has nothing more to do.
  thread_ = std::thread([this] { RunOne(); });
  return run;
}

void Backups::RunOne() {
  absl::StatusOr<HeldCopy> made = [&]() -> absl::StatusOr<HeldCopy> {
    std::lock_guard<std::mutex> copying(copying_);
    SetState(BackupRun::State::kCopying);
    BackupProgress progress;
    progress.copied = [this](uint64_t bytes) {
      std::lock_guard<std::mutex> lock(mutex_);
      runs_.back().bytes_copied += bytes;
    };
    progress.verifying = [this] { SetState(BackupRun::State::kVerifying); };
    return BackUpLocked(true, progress);
  }();
  if (!made.ok()) LogError("backup.failed", {{"why", made.status().message()}});
  std::lock_guard<std::mutex> lock(mutex_);
  BackupRun& run = runs_.back();
  run.state = made.ok() ? BackupRun::State::kMade : BackupRun::State::kFailed;
  run.failure = made.status();
  if (made.ok()) run.copy = *std::move(made);
}

void Backups::SetState(BackupRun::State state) {
  std::lock_guard<std::mutex> lock(mutex_);
  runs_.back().state = state;
}

bool Backups::SetRunning(BackupFolder* backups) {
  std::lock_guard<std::mutex> lock(mutex_);
  running_ = backups;
  return !stopping_;
}

Backups::~Backups() {
  std::lock_guard<std::mutex> beginning(begin_mutex_);
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    if (running_ != nullptr) running_->Stop();
  }
  if (thread_.joinable()) thread_.join();
}

std::vector<BackupRun> Backups::Runs() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return {runs_.begin(), runs_.end()};
}

absl::StatusOr<HeldCopy> Backups::BackUp() {
  std::lock_guard<std::mutex> copying(copying_);
  return BackUpLocked(true, {});
}

absl::StatusOr<HeldCopy> Backups::MakeCheckpoint() {
  std::lock_guard<std::mutex> copying(copying_);
  return MakeCheckpointLocked();
}

absl::StatusOr<std::vector<HeldCopy>> Backups::List() const {
  std::lock_guard<std::mutex> lock(removing_);
  return ListCopies(folders_.data, folders_.backups);
}

absl::StatusOr<HeldCopy> Backups::BackUpLocked(bool by_hand, const BackupProgress& progress) {
  RETURN_IF_ERROR(CheckConfigured());
  ASSIGN_OR_RETURN(const auto backups, BackupFolder::Open(folders_.backups));
  HeldCopy copy;
  copy.by_hand = by_hand;
  copy.head = committer_->LatestHead();
  ASSIGN_OR_RETURN(const std::string head, SerializeSignedHead(copy.head));
  if (!SetRunning(backups.get())) return absl::CancelledError("the service is shutting down");
  const absl::StatusOr<StoredBackup> stored =
      backups->Add(*store_, absl::StrCat(by_hand ? kByHandMark : "", head), progress);
  SetRunning(nullptr);
  RETURN_IF_ERROR(stored.status());
  RETURN_IF_ERROR(DropOld(backups.get(), by_hand));
  copy.name = absl::StrCat(kBackupPrefix, stored->number);
  copy.time = Timestamp::FromSeconds(stored->time_seconds);
  copy.bytes = stored->bytes;
  LogInfo("backup.made", {{"name", copy.name},
                          {"by_hand", by_hand},
                          {"sequence", static_cast<int64_t>(copy.head.head.size)},
                          {"bytes", static_cast<int64_t>(copy.bytes)}});
  return copy;
}

absl::Status Backups::DropOld(BackupFolder* backups, bool by_hand) const {
  std::lock_guard<std::mutex> lock(removing_);
  std::vector<uint32_t> numbers;
  for (const StoredBackup& backup : backups->List()) {
    if (absl::StartsWith(backup.note, kByHandMark) == by_hand) numbers.push_back(backup.number);
  }
  const size_t kept = by_hand ? kKeptBackupsByHand : kKeptBackups;
  for (size_t i = 0; i + kept < numbers.size(); ++i) RETURN_IF_ERROR(backups->Remove(numbers[i]));
  return absl::OkStatus();
}

absl::StatusOr<HeldCopy> Backups::MakeCheckpointLocked() {
  HeldCopy copy;
  copy.head = committer_->LatestHead();
  copy.time = clock_->Now();
  copy.name = absl::StrCat(kCheckpointPrefix, CompactTime(copy.time));
  ASSIGN_OR_RETURN(const std::string head, SerializeSignedHead(copy.head));
  const fs::path folder = fs::path(CheckpointFolder(folders_.data)) / copy.name;
  std::error_code error;
  fs::remove_all(folder, error);  // Of an earlier try in this second.
  if (!error) fs::create_directories(folder, error);
  if (error) return CannotMake(folder.string(), error);
  RETURN_IF_ERROR(store_->Checkpoint((folder / kStoreFolder).string()));
  // Last: a checkpoint without it was never finished.
  RETURN_IF_ERROR(WriteNewFile((folder / kHeadFile).string(), head, 0600));
  std::vector<std::string> names = CheckpointNames(folders_.data);
  for (size_t i = 0; i + kKeptCheckpoints < names.size(); ++i) {
    fs::remove_all(fs::path(CheckpointFolder(folders_.data)) / names[i], error);
  }
  return copy;
}

void Backups::MakeDue() {
  std::lock_guard<std::mutex> copying(copying_);
  Timestamp newest_backup{0};
  Timestamp newest_checkpoint{0};
  absl::StatusOr<std::vector<HeldCopy>> copies = ListCopies(folders_.data, folders_.backups);
  if (!copies.ok()) LogError("backup.folder_unreadable", {{"why", copies.status().message()}});
  for (const HeldCopy& copy : copies.ok() ? *copies : std::vector<HeldCopy>()) {
    if (copy.by_hand) continue;
    Timestamp& newest =
        absl::StartsWith(copy.name, kBackupPrefix) ? newest_backup : newest_checkpoint;
    newest = std::max(newest, copy.time);
  }
  const int64_t now = clock_->Now().micros;
  if (now - newest_checkpoint.micros >= kCheckpointIntervalMicros) {
    const absl::Status made = MakeCheckpointLocked().status();
    if (!made.ok()) LogError("checkpoint.failed", {{"why", made.message()}});
  }
  if (!folders_.backups.empty() && now - newest_backup.micros >= kBackupIntervalMicros) {
    const absl::Status made = BackUpLocked(false, {}).status();
    if (!made.ok()) LogError("backup.failed", {{"why", made.message()}});
  }
}

}  // namespace onereturn

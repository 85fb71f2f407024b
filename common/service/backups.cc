#include "common/service/backups.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/authority/authority.h"
#include "common/base/read_file.h"
#include "common/log/log.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

namespace fs = std::filesystem;

constexpr absl::string_view kBackupPrefix = "backup-";
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
    ASSIGN_OR_RETURN(const auto backups, BackupFolder::Open(backup_folder));
    for (const StoredBackup& backup : backups->List()) {
      std::optional<HeldCopy> copy =
          CopyOf(absl::StrCat(kBackupPrefix, backup.number),
                 Timestamp::FromSeconds(backup.time_seconds), backup.bytes, backup.note);
      if (copy.has_value()) copies.push_back(*std::move(copy));
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

absl::StatusOr<HeldCopy> Backups::BackUp() {
  std::lock_guard<std::mutex> lock(mutex_);
  return BackUpLocked();
}

absl::StatusOr<HeldCopy> Backups::MakeCheckpoint() {
  std::lock_guard<std::mutex> lock(mutex_);
  return MakeCheckpointLocked();
}

absl::StatusOr<std::vector<HeldCopy>> Backups::List() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return ListCopies(folders_.data, folders_.backups);
}

absl::StatusOr<HeldCopy> Backups::BackUpLocked() {
  if (folders_.backups.empty()) {
    return Error(Reason::kBackupFolder, "the service's configuration names no backup_folder");
  }
  ASSIGN_OR_RETURN(const auto backups, BackupFolder::Open(folders_.backups));
  HeldCopy copy;
  copy.head = committer_->LatestHead();
  ASSIGN_OR_RETURN(const std::string head, SerializeSignedHead(copy.head));
  ASSIGN_OR_RETURN(const StoredBackup stored, backups->Add(*store_, head));
  RETURN_IF_ERROR(backups->KeepNewest(kKeptBackups));
  copy.name = absl::StrCat(kBackupPrefix, stored.number);
  copy.time = Timestamp::FromSeconds(stored.time_seconds);
  copy.bytes = stored.bytes;
  LogInfo("backup.made", {{"name", copy.name},
                          {"sequence", static_cast<int64_t>(copy.head.head.size)},
                          {"bytes", static_cast<int64_t>(copy.bytes)}});
  return copy;
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
  std::lock_guard<std::mutex> lock(mutex_);
  Timestamp newest_backup{0};
  Timestamp newest_checkpoint{0};
  absl::StatusOr<std::vector<HeldCopy>> copies = ListCopies(folders_.data, folders_.backups);
  if (!copies.ok()) LogError("backup.folder_unreadable", {{"why", copies.status().message()}});
  for (const HeldCopy& copy : copies.ok() ? *copies : std::vector<HeldCopy>()) {
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
    const absl::Status made = BackUpLocked().status();
    if (!made.ok()) LogError("backup.failed", {{"why", made.message()}});
  }
}

}  // namespace onereturn

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

constexpr absl::string_view kSealDomain("onereturn backup seal 1\0", 24);

absl::StatusOr<std::string> SealedBytes(const SignedHead& head, const Digest& content) {
  ASSIGN_OR_RETURN(const std::string stored_head, SerializeSignedHead(head));
  const Digest of_head = Sha256(stored_head);
  return absl::StrCat(kSealDomain, DigestBytes(of_head), DigestBytes(content));
}

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

// Those with a head, or those without, which were never finished. Sorted by name, which is by time.
std::vector<std::string> CheckpointNames(const std::string& data_folder, bool finished = true) {
  std::vector<std::string> names;
  std::error_code missing;  // There are none then.
  for (auto file = fs::directory_iterator(CheckpointFolder(data_folder), missing);
       !missing && file != fs::directory_iterator(); file.increment(missing)) {
    std::string name = file->path().filename().string();
    std::error_code unreadable;
    if (absl::StartsWith(name, kCheckpointPrefix) &&
        ParseCompactTime(name.substr(kCheckpointPrefix.size())).has_value() &&
        fs::exists(file->path() / kHeadFile, unreadable) == finished && !unreadable) {
      names.push_back(std::move(name));
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

// An unfinished checkpoint's links hold on to tables that the store has dropped.
void RemoveUnfinishedCheckpoints(const std::string& data_folder) {
  for (const std::string& name : CheckpointNames(data_folder, /*finished=*/false)) {
    std::error_code error;  // Tried again at the next one.
    fs::remove_all(fs::path(CheckpointFolder(data_folder)) / name, error);
  }
}

// Those of a later time than now, made while the clock was ahead, are the first to go: they would
// stand before every new one for as long as it was.
void DropOldCheckpoints(const std::string& data_folder, Timestamp now) {
  std::vector<std::string> names = CheckpointNames(data_folder);
  const std::string newest = absl::StrCat(kCheckpointPrefix, CompactTime(now));
  std::stable_partition(names.begin(), names.end(),
                        [&newest](const std::string& name) { return name > newest; });
  for (size_t i = 0; i + kKeptCheckpoints < names.size(); ++i) {
    std::error_code error;
    fs::remove_all(fs::path(CheckpointFolder(data_folder)) / names[i], error);
  }
}

// An end of the service is no failure.
void LogFailure(absl::string_view event, const absl::Status& made) {
  if (absl::IsCancelled(made)) {
    LogInfo("backup.stopped");
  } else if (!made.ok()) {
    LogError(event, {{"why", made.message()}});
  }
}

absl::Status Stopped() { return absl::CancelledError("the service is shutting down"); }

absl::Status CannotMake(absl::string_view path, const std::error_code& error) {
  return absl::UnavailableError(absl::StrCat("cannot make ", path, ": ", error.message()));
}

absl::StatusOr<std::vector<HeldCopy>> ListBackups(const std::string& backup_folder) {
  std::vector<HeldCopy> copies;
  std::error_code error;
  const bool there = fs::exists(backup_folder, error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("cannot look at ", backup_folder, ": ", error.message()));
  }
  if (!there) return copies;
  ASSIGN_OR_RETURN(const std::vector<StoredBackup> backups, BackupFolder::ListOf(backup_folder));
  for (const StoredBackup& backup : backups) {
    absl::string_view head = backup.note;
    const bool by_hand = absl::ConsumePrefix(&head, kByHandMark);
    std::optional<HeldCopy> copy =
        CopyOf(absl::StrCat(kBackupPrefix, backup.number),
               Timestamp::FromSeconds(backup.time_seconds), backup.bytes, head);
    if (!copy.has_value()) continue;
    if (backup.seal.size() != kSignatureBytes) {
      LogWarning("backup.without_seal", {{"name", copy->name}});
      continue;
    }
    copy->by_hand = by_hand;
    copy->seal = backup.seal;
    copies.push_back(*std::move(copy));
  }
  return copies;
}

}  // namespace

absl::Status VerifySeal(const HeldCopy& copy, const Digest& content,
                        const std::vector<SigningKey>& keys) {
  ASSIGN_OR_RETURN(const std::string bytes, SealedBytes(copy.head, content));
  for (const SigningKey& key : keys) {
    if (key.verifying_key().Verify(bytes, copy.seal).ok()) return absl::OkStatus();
  }
  return absl::DataLossError(
      absl::StrCat(copy.name, " is not what the service sealed: it was altered; take another"));
}

std::string CheckpointFolder(const std::string& data_folder) {
  return absl::StrCat(absl::StripSuffix(data_folder, "/"), ".checkpoints");
}

absl::StatusOr<std::vector<HeldCopy>> ListCopies(const std::string& data_folder,
                                                 const std::string& backup_folder) {
  std::vector<HeldCopy> copies;
  if (!backup_folder.empty()) {
    ASSIGN_OR_RETURN(copies, ListBackups(backup_folder));
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
  LogFailure("backup.failed", made.status());
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
  running_ = stopping_ ? nullptr : backups;
  return !stopping_;
}

bool Backups::stopping() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return stopping_;
}

void Backups::Stop() {
  std::lock_guard<std::mutex> lock(mutex_);
  stopping_ = true;
  if (running_ != nullptr) running_->Stop();
}

Backups::~Backups() {
  std::lock_guard<std::mutex> beginning(begin_mutex_);
  Stop();
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
  if (!SetRunning(backups.get())) return Stopped();
  const absl::StatusOr<StoredBackup> stored = backups->Add(
      *store_, absl::StrCat(by_hand ? kByHandMark : "", head),
      [&](const Digest& content) { return Seal(copy.head, content); }, progress);
  const bool goes_on = SetRunning(nullptr);
  if (!stored.ok()) return goes_on ? stored.status() : Stopped();
  if (const absl::Status dropped = DropOld(backups.get(), by_hand); !dropped.ok()) {
    // The new one is there all the same. The next one drops more.
    LogError("backup.old_not_removed", {{"why", dropped.message()}});
  }
  copy.name = absl::StrCat(kBackupPrefix, stored->number);
  copy.time = Timestamp::FromSeconds(stored->time_seconds);
  copy.bytes = stored->bytes;
  copy.seal = stored->seal;
  LogInfo("backup.made", {{"name", copy.name},
                          {"by_hand", by_hand},
                          {"sequence", static_cast<int64_t>(copy.head.head.size)},
                          {"bytes", static_cast<int64_t>(copy.bytes)}});
  return copy;
}

absl::StatusOr<std::string> Backups::Seal(const SignedHead& head, const Digest& content) const {
  ASSIGN_OR_RETURN(const std::string bytes, SealedBytes(head, content));
  ASSIGN_OR_RETURN(const Committer::SignedWord word, committer_->Sign(bytes));
  return std::string(word.signature.begin(), word.signature.end());
}

absl::Status Backups::DropOld(BackupFolder* backups, bool by_hand) const {
  std::lock_guard<std::mutex> lock(removing_);
  std::vector<StoredBackup> held = backups->List();
  held.erase(std::remove_if(held.begin(), held.end(),
                            [by_hand](const StoredBackup& backup) {
                              return absl::StartsWith(backup.note, kByHandMark) != by_hand;
                            }),
             held.end());
  // First those that cannot be restored.
  std::stable_partition(held.begin(), held.end(),
                        [](const StoredBackup& backup) { return backup.seal.empty(); });
  const size_t kept = by_hand ? kKeptBackupsByHand : kKeptBackups;
  for (size_t i = 0; i + kept < held.size(); ++i) {
    RETURN_IF_ERROR(backups->Remove(held[i].number));
  }
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
  RemoveUnfinishedCheckpoints(folders_.data);
  fs::remove_all(folder, error);  // Another of this second.
  if (!error) fs::create_directories(folder, error);
  if (error) return CannotMake(folder.string(), error);
  absl::Status made = store_->Checkpoint((folder / kStoreFolder).string());
  // Last: a checkpoint without it was never finished.
  if (made.ok()) made = WriteNewFile((folder / kHeadFile).string(), head, 0600);
  if (!made.ok()) {
    fs::remove_all(folder, error);
    return made;
  }
  DropOldCheckpoints(folders_.data, copy.time);
  return copy;
}

absl::Status Backups::VerifyUnverifiedLocked() {
  ASSIGN_OR_RETURN(const bool unverified, BackupFolder::HasUnverified(folders_.backups));
  if (!unverified) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto backups, BackupFolder::Open(folders_.backups));
  if (!SetRunning(backups.get())) return Stopped();
  const absl::Status verified = backups->VerifyUnverified();
  return SetRunning(nullptr) ? verified : Stopped();
}

bool Backups::IsDue(const absl::StatusOr<std::vector<HeldCopy>>& copies,
                    int64_t interval_micros) const {
  if (!copies.ok()) {
    LogError("backup.folder_unreadable", {{"why", copies.status().message()}});
    return true;
  }
  const Timestamp now = clock_->Now();
  Timestamp newest{0};
  std::string ahead;
  for (const HeldCopy& copy : *copies) {
    if (copy.by_hand) continue;
    if (now < copy.time) {
      ahead = copy.name;
    } else {
      newest = std::max(newest, copy.time);
    }
  }
  if (now.micros - newest.micros < interval_micros) return false;
  if (!ahead.empty()) LogWarning("backup.time_ahead", {{"name", ahead}});
  return true;
}

void Backups::MakeDue() {
  std::lock_guard<std::mutex> copying(copying_);
  if (stopping()) return;
  if (IsDue(ListCopies(folders_.data, ""), kCheckpointIntervalMicros)) {
    LogFailure("checkpoint.failed", MakeCheckpointLocked().status());
  }
  if (folders_.backups.empty()) return;
  if (const absl::Status verified = VerifyUnverifiedLocked(); !verified.ok()) {
    return LogFailure("backup.failed", verified);
  }
  if (IsDue(ListBackups(folders_.backups), kBackupIntervalMicros)) {
    LogFailure("backup.failed", BackUpLocked(false, {}).status());
  }
}

}  // namespace onereturn

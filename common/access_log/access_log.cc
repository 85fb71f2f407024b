#include "common/access_log/access_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/access_log/access_file.h"
#include "common/base/read_file.h"
#include "common/base/sync_folder.h"
#include "common/log/log.h"
#include "common/status/error.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

// So much is not left waiting for the interval's end.
constexpr size_t kWriteAtOnceBytes = size_t{1} << 20;
constexpr mode_t kOwnerAlone = 0600;
// Kinds of counted calls that are told apart until they are written: of those that were refused,
// and again of the suite's own. What comes beyond is told apart by its code and reason alone.
constexpr size_t kMostCounted = 256;
// Space that is had before it is needed, some ten thousand calls' worth: when others have filled
// the disk, and the store takes no more writes, reads go on and are logged.
constexpr off_t kReserveBytes = off_t{4} << 20;

absl::Status Failure(absl::string_view what) {
  return absl::UnavailableError(absl::StrCat(what, ": ", std::strerror(errno)));
}

absl::Status WriteWhole(int descriptor, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failure("cannot write");
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  if (fdatasync(descriptor) != 0) return Failure("cannot sync");
  return absl::OkStatus();
}

google::protobuf::Timestamp WireTime(Timestamp time) {
  google::protobuf::Timestamp wire;
  wire.set_seconds(time.micros / 1'000'000);
  wire.set_nanos(static_cast<int32_t>(time.micros % 1'000'000) * 1'000);
  return wire;
}

// Equal for calls that are counted together: alike in all but when, how long, and from which port.
std::string LikenessOf(access::v1::AccessEntry entry) {
  entry.clear_time();
  entry.clear_micros();
  entry.set_peer(entry.peer().substr(0, entry.peer().rfind(':')));
  return entry.SerializeAsString();
}

}  // namespace

absl::StatusOr<std::unique_ptr<AccessLog>> AccessLog::Open(AccessLogOptions options,
                                                           const Clock* clock) {
  std::error_code error;
  std::filesystem::create_directories(options.folder, error);
  if (error || ::access(options.folder.c_str(), W_OK) != 0) {
    return Error(Reason::kFieldInvalid, absl::StrCat("the access log's folder \"", options.folder,
                                                     "\" cannot be made or written to"))
        .Field("access_log_folder", "must be a folder that the service may write to");
  }
  std::unique_ptr<AccessLog> log(new AccessLog(std::move(options), clock));
  RETURN_IF_ERROR(log->FindPlace());
  log->thread_ = std::thread([raw = log.get()] { raw->Run(); });
  return log;
}

AccessLog::~AccessLog() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  wanted_.notify_all();
  if (thread_.joinable()) thread_.join();
  CloseFile();
}

absl::Status AccessLog::FindPlace() {
  ASSIGN_OR_RETURN(const std::vector<AccessFileName> files, ListAccessFiles(options_.folder));
  if (!files.empty()) next_file_ = files.back().number + 1;
  for (auto file = files.rbegin(); file != files.rend(); ++file) {
    const std::optional<std::string> bytes =
        ReadFile(absl::StrCat(options_.folder, "/", file->ToString()));
    if (!bytes.has_value()) {
      return absl::DataLossError(absl::StrCat("the access log \"", options_.folder, "/",
                                              file->ToString(), "\" cannot be read"));
    }
    AccessRecords records(*bytes, FirstAccessCheck());
    access::v1::AccessEntry entry;
    while (const std::optional<absl::string_view> record = records.Next()) {
      if (entry.ParseFromArray(record->data(), static_cast<int>(record->size()))) {
        next_number_ = std::max(next_number_, entry.number() + 1);
      }
    }
    if (next_number_ > 1) break;
  }
  synced_number_ = next_number_ - 1;
  return absl::OkStatus();
}

bool AccessLog::Full() const {
  return waiting_.records.size() + writing_bytes_ >= options_.most_waiting_bytes;
}

absl::Status AccessLog::Admits(AccessKind kind) const {
  if (kind == AccessKind::kSuite) return absl::OkStatus();
  std::lock_guard<std::mutex> lock(mutex_);
  const bool privileged = kind == AccessKind::kPrivileged;
  if (!Full() && !(failing_ && privileged)) return absl::OkStatus();
  return Error(Reason::kAccessLog, "the access log cannot be written just now")
      .RetryAfter(absl::Seconds(1));
}

void AccessLog::Append(access::v1::AccessEntry entry, AccessKind kind) {
  bool at_once = false;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    *entry.mutable_time() = WireTime(clock_->Now());
    if (kind == AccessKind::kSuite && Full()) return Count(std::move(entry), &suite_);
    AddRecord(std::move(entry));
    at_once = waiting_.records.size() >= kWriteAtOnceBytes && !failing_;
  }
  if (at_once) wanted_.notify_one();
}

void AccessLog::AppendRefused(access::v1::AccessEntry entry) {
  std::lock_guard<std::mutex> lock(mutex_);
  *entry.mutable_time() = WireTime(clock_->Now());
  Count(std::move(entry), &refused_);
}

void AccessLog::AddRecord(access::v1::AccessEntry entry) {
  entry.set_number(next_number_++);
  const std::string bytes = entry.SerializeAsString();
  AppendU32(static_cast<uint32_t>(bytes.size()), &waiting_.records);
  waiting_.records += bytes;
  waiting_.last_number = entry.number();
}

void AccessLog::Count(access::v1::AccessEntry entry, Counted* counted) {
  std::string likeness = LikenessOf(entry);
  if (counted->entries.size() >= kMostCounted && counted->places.count(likeness) == 0) {
    access::v1::AccessEntry rest;
    rest.set_code(entry.code());
    rest.set_reason(entry.reason());
    *rest.mutable_time() = entry.time();
    likeness = LikenessOf(rest);
    entry = std::move(rest);
  }
  const auto [place, is_new] =
      counted->places.try_emplace(std::move(likeness), counted->entries.size());
  if (is_new) {
    counted->entries.push_back(std::move(entry));
    return;
  }
  access::v1::AccessEntry& known = counted->entries[place->second];
  if (known.calls() == 0) {
    known.set_calls(1);
    *known.mutable_first_time() = known.time();
  }
  known.set_calls(known.calls() + 1);
  *known.mutable_time() = entry.time();
  known.set_micros(std::max(known.micros(), entry.micros()));
}

bool AccessLog::Settle() {
  if (suite_.entries.empty() && refused_.entries.empty()) return true;
  // While nothing is written, they leave the room to calls that are taken.
  if ((failing_ || Full()) && !stopping_) return false;
  for (Counted* counted : {&suite_, &refused_}) {
    for (access::v1::AccessEntry& entry : counted->entries) AddRecord(std::move(entry));
    *counted = Counted();
  }
  return true;
}

bool AccessLog::Flush(std::chrono::milliseconds most) {
  const auto end = std::chrono::steady_clock::now() + most;
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    const bool all = Settle();
    const uint64_t wanted = next_number_ - 1;
    flush_wanted_ = true;
    wanted_.notify_one();
    if (!written_.wait_until(lock, end, [&] { return synced_number_ >= wanted; })) return false;
    if (all) return true;
  }
}

void AccessLog::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    wanted_.wait_for(lock, options_.interval, [this] {
      return stopping_ || flush_wanted_ ||
             (!failing_ && waiting_.records.size() >= kWriteAtOnceBytes);
    });
    flush_wanted_ = false;
    const bool last = stopping_;
    Settle();
    Waiting taken = std::exchange(waiting_, Waiting());
    writing_bytes_ = taken.records.size();
    lock.unlock();
    const absl::Status written = taken.records.empty() ? absl::OkStatus() : Write(taken);
    lock.lock();
    writing_bytes_ = 0;
    const bool was_failing = failing_;
    if (written.ok()) {
      failing_ = failing_ && taken.records.empty();
      synced_number_ = std::max(synced_number_, taken.last_number);
    } else {
      failing_ = true;
      const uint64_t newest = std::max(taken.last_number, waiting_.last_number);
      waiting_ = Waiting{taken.records + waiting_.records, newest};
    }
    const bool is_failing = failing_;
    written_.notify_all();
    lock.unlock();  // Saying so may take a second, and calls must not wait for it.
    if (is_failing && !was_failing) LogError("access_log.failing", {{"why", written.message()}});
    if (was_failing && !is_failing) LogInfo("access_log.written_again", {});
    if (last) return;
    lock.lock();
  }
}

absl::Status AccessLog::Write(const Waiting& waiting) {
  const std::string today = AccessDayOf(clock_->Now());
  if (descriptor_ < 0 || day_ != today || file_bytes_ >= options_.most_file_bytes) {
    RETURN_IF_ERROR(OpenFile(today));
    RemoveOld(today);
  }
  std::string bytes;
  std::string check = check_;
  for (absl::string_view rest = waiting.records; !rest.empty();) {
    const size_t size = ReadU32(rest);
    const absl::string_view entry = rest.substr(4, size);
    check = AccessCheck(check, entry);
    absl::StrAppend(&bytes, rest.substr(0, 4), check, entry);
    rest.remove_prefix(4 + size);
  }
  Reserve(bytes.size());
  absl::Status status = WriteWhole(descriptor_, bytes);
  if (!status.ok()) {
    // What of it is on disk is unknown, and a sync that failed once may lie the next time: all of
    // it goes into another file, and a reader passes over what stands in both.
    GiveUpFile();
    return absl::UnavailableError(
        absl::StrCat("the access log in \"", options_.folder, "\": ", status.message()));
  }
  check_ = std::move(check);
  file_bytes_ += bytes.size();
  return absl::OkStatus();
}

absl::Status AccessLog::OpenFile(const std::string& day) {
  CloseFile();
  const std::string path =
      absl::StrCat(options_.folder, "/", AccessFileName{day, next_file_}.ToString());
  descriptor_ = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, kOwnerAlone);
  if (descriptor_ < 0) {
    const bool taken = errno == EEXIST;
    absl::Status status = Failure(absl::StrCat("cannot make the access log \"", path, "\""));
    if (taken) ++next_file_;
    return status;
  }
  ++next_file_;
  path_ = path;
  file_bytes_ = 0;
  if (!SyncFolder(options_.folder)) {
    absl::Status status = Failure("cannot sync the folder");
    GiveUpFile();
    return status;
  }
  day_ = day;
  check_ = FirstAccessCheck();
  return absl::OkStatus();
}

void AccessLog::Reserve(size_t bytes) {
  while (reserved_bytes_ < file_bytes_ + bytes + kReserveBytes / 2) {
    // Beyond the file's end, which stays where it is. Where that cannot be had, writing will tell.
    if (fallocate(descriptor_, FALLOC_FL_KEEP_SIZE, static_cast<off_t>(reserved_bytes_),
                  kReserveBytes) != 0) {
      return;
    }
    reserved_bytes_ += kReserveBytes;
  }
}

void AccessLog::CloseFile() {
  if (descriptor_ < 0) return;
  // Gives back what was reserved and not used; should it fail, it is given back with the file.
  if (reserved_bytes_ > file_bytes_ &&
      ftruncate(descriptor_, static_cast<off_t>(file_bytes_)) != 0) {
    LogDebug("access_log.reserve_kept", {{"day", day_}});
  }
  close(descriptor_);
  descriptor_ = -1;
  reserved_bytes_ = 0;
}

void AccessLog::GiveUpFile() {
  reserved_bytes_ = 0;
  CloseFile();
  // A disk that fails for a day would otherwise leave a file for each of its seconds.
  std::error_code ignored;
  if (file_bytes_ == 0) std::filesystem::remove(path_, ignored);
}

void AccessLog::RemoveOld(const std::string& today) {
  const absl::StatusOr<std::vector<AccessFileName>> files = ListAccessFiles(options_.folder);
  if (!files.ok()) return;  // Tomorrow then; what is written is what counts.
  const std::string first =
      AccessDayOf(Timestamp{clock_->Now().micros - options_.days * kDayMicros});
  for (const AccessFileName& file : *files) {
    if (file.day >= first || file.day >= today) continue;
    std::error_code ignored;
    std::filesystem::remove(absl::StrCat(options_.folder, "/", file.ToString()), ignored);
  }
}

}  // namespace onereturn

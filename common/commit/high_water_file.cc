#include "common/commit/high_water_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/big_endian.h"
#include "common/base/sync_folder.h"
#include "common/digest/digest.h"
#include "common/status/status_macros.h"

namespace onereturn {
namespace {

constexpr absl::string_view kMagic("onereturn high water 1\0", 23);
constexpr size_t kSlotBytes = 512;
constexpr size_t kCheckedBytes = kSlotBytes - kDigestBytes;
constexpr off_t kSlotDistance = 4096;
constexpr size_t kHeaderBytes = kMagic.size() + 8 + 2;
constexpr auto kSyncInterval = std::chrono::seconds(1);

struct Record {
  uint64_t counter = 0;
  SignedHead head;
};

absl::Status Failed(absl::string_view what, const std::string& path) {
  return absl::UnavailableError(
      absl::StrCat("the high-water file ", path, " cannot be ", what, ": ", std::strerror(errno)));
}

absl::StatusOr<std::string> SlotOf(uint64_t counter, const SignedHead& head) {
  ASSIGN_OR_RETURN(const std::string stored, SerializeSignedHead(head));
  std::string slot(kMagic);
  AppendBigEndian(counter, 8, &slot);
  AppendBigEndian(stored.size(), 2, &slot);
  slot += stored;
  slot.resize(kCheckedBytes, '\0');
  const Digest checksum = Sha256(slot);
  return absl::StrCat(slot, DigestBytes(checksum));
}

std::optional<Record> ParseSlot(absl::string_view slot) {
  if (slot.size() != kSlotBytes || slot.substr(0, kMagic.size()) != kMagic) return std::nullopt;
  const Digest checksum = Sha256(slot.substr(0, kCheckedBytes));
  if (DigestBytes(checksum) != slot.substr(kCheckedBytes)) return std::nullopt;
  const uint64_t counter = FromBigEndian(slot.substr(kMagic.size(), 8));
  const uint64_t length = FromBigEndian(slot.substr(kMagic.size() + 8, 2));
  if (length > kCheckedBytes - kHeaderBytes) return std::nullopt;
  absl::StatusOr<SignedHead> head = ParseSignedHead(slot.substr(kHeaderBytes, length));
  if (!head.ok()) return std::nullopt;
  return Record{counter, *std::move(head)};
}

off_t OffsetOf(uint64_t counter) { return static_cast<off_t>(counter % 2) * kSlotDistance; }

bool WriteAt(int descriptor, absl::string_view bytes, off_t offset) {
  while (!bytes.empty()) {
    const ssize_t written = pwrite(descriptor, bytes.data(), bytes.size(), offset);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
    offset += written;
  }
  return true;
}

absl::StatusOr<Record> ReadNewest(int descriptor, const std::string& path) {
  std::optional<Record> newest;
  for (const off_t offset : {off_t{0}, kSlotDistance}) {
    std::string slot(kSlotBytes, '\0');
    const ssize_t got = pread(descriptor, slot.data(), slot.size(), offset);
    if (got < 0) return Failed("read", path);
    slot.resize(static_cast<size_t>(got));
    std::optional<Record> record = ParseSlot(slot);
    if (record.has_value() && (!newest.has_value() || record->counter > newest->counter)) {
      newest = std::move(record);
    }
  }
  if (newest.has_value()) return *std::move(newest);
  return absl::DataLossError(absl::StrCat("the high-water file ", path, " is damaged"));
}

// -1: absent.
absl::StatusOr<int> OpenFile(const std::string& path, int flags) {
  const int descriptor = open(path.c_str(), flags | O_CLOEXEC);
  if (descriptor >= 0) return descriptor;
  if (errno == ENOENT) {
    return absl::NotFoundError(absl::StrCat("the high-water file ", path, " is missing"));
  }
  return Failed("opened", path);
}

}  // namespace

absl::StatusOr<SignedHead> HighWaterFile::Read(const std::string& path) {
  ASSIGN_OR_RETURN(const int descriptor, OpenFile(path, O_RDONLY));
  absl::StatusOr<Record> record = ReadNewest(descriptor, path);
  close(descriptor);
  if (!record.ok()) return record.status();
  return std::move(record->head);
}

absl::Status HighWaterFile::Make(const std::string& path, const SignedHead& head) {
  const std::string draft = path + ".draft";
  ASSIGN_OR_RETURN(const std::string slot, SlotOf(0, head));
  const int descriptor = open(draft.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) return Failed("made", draft);
  // Its whole length at once: no later write needs space.
  std::string whole = slot;
  whole.resize(2 * kSlotDistance, '\0');
  const bool written = WriteAt(descriptor, whole, 0) && fsync(descriptor) == 0;
  const absl::Status status = written ? absl::OkStatus() : Failed("written", draft);
  close(descriptor);
  RETURN_IF_ERROR(status);
  if (rename(draft.c_str(), path.c_str()) != 0) return Failed("made", path);
  return SyncFolder(FolderOf(path)) ? absl::OkStatus() : Failed("made", path);
}

absl::StatusOr<std::unique_ptr<HighWaterFile>> HighWaterFile::Open(const std::string& path,
                                                                   OnFatal on_fatal) {
  ASSIGN_OR_RETURN(const int descriptor, OpenFile(path, O_RDWR));
  absl::StatusOr<Record> record = ReadNewest(descriptor, path);
  if (!record.ok()) {
    close(descriptor);
    return record.status();
  }
  return std::unique_ptr<HighWaterFile>(
      new HighWaterFile(path, descriptor, record->counter, std::move(on_fatal)));
}

HighWaterFile::HighWaterFile(std::string path, int descriptor, uint64_t counter, OnFatal on_fatal)
    : path_(std::move(path)),
      descriptor_(descriptor),
      on_fatal_(std::move(on_fatal)),
      counter_(counter) {
  thread_ = std::thread([this] { SyncAgainAndAgain(); });
}

HighWaterFile::~HighWaterFile() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
  close(descriptor_);
}

absl::Status HighWaterFile::WriteNext(const SignedHead& head) {
  ASSIGN_OR_RETURN(const std::string slot, SlotOf(counter_ + 1, head));
  if (!WriteAt(descriptor_, slot, OffsetOf(counter_ + 1))) return Failed("written", path_);
  ++counter_;
  return absl::OkStatus();
}

absl::Status HighWaterFile::Put(const SignedHead& head) {
  std::lock_guard<std::mutex> lock(mutex_);
  RETURN_IF_ERROR(frozen_);
  RETURN_IF_ERROR(WriteNext(head));
  // The thread sleeps while nothing happens, and after waking it lets a second pass.
  if (!std::exchange(dirty_, true)) changed_.notify_all();
  return absl::OkStatus();
}

absl::Status HighWaterFile::Freeze(const SignedHead& head, const absl::Status& why) {
  std::lock_guard<std::mutex> lock(mutex_);
  RETURN_IF_ERROR(frozen_);
  frozen_ = why;
  for (int slot = 0; slot < 2; ++slot) RETURN_IF_ERROR(WriteNext(head));
  return fdatasync(descriptor_) == 0 ? absl::OkStatus() : Failed("synced", path_);
}

void HighWaterFile::SyncAgainAndAgain() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || dirty_; });
    if (!dirty_) return;
    dirty_ = false;
    lock.unlock();
    const bool synced = fdatasync(descriptor_) == 0;
    const absl::Status status = synced ? absl::OkStatus() : Failed("synced", path_);
    if (!status.ok() && on_fatal_) on_fatal_(status);
    lock.lock();
    changed_.wait_for(lock, kSyncInterval, [this] { return stopping_; });
  }
}

}  // namespace onereturn

#include "tools/auditor/memory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tools/auditor/entry_rules.h"
#include "tools/auditor/whole_file.h"

namespace onereturn::auditor {
namespace {

constexpr size_t kMarkBytes = 32 + kSaltBytes + 32 + 4;

absl::Status Damaged(const std::string& file) {
  return absl::DataLossError(
      absl::StrCat("the auditor's own record ", file, " is damaged: restore it from a copy"));
}

// Empty when there is no such file yet.
absl::StatusOr<std::string> BytesIfThere(const std::string& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error) && !error) return std::string();
  return WholeFile(file);
}

// So that a file that was just made is still there after power loss.
bool SyncFolderOf(const std::string& file) {
  const std::string folder = std::filesystem::path(file).parent_path().string();
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool good = fsync(descriptor) == 0;
  close(descriptor);
  return good;
}

absl::Status WriteAndSync(const std::string& file, absl::string_view bytes, int flags) {
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
  if (descriptor < 0) return absl::UnavailableError(absl::StrCat(file, " cannot be written"));
  bool good = true;
  while (good && !bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    good = written > 0;
    if (good) bytes.remove_prefix(static_cast<size_t>(written));
  }
  good = good && fsync(descriptor) == 0;
  close(descriptor);
  if (good && SyncFolderOf(file)) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(file, " cannot be written"));
}

absl::Status Append(const std::string& file, absl::string_view bytes) {
  return WriteAndSync(file, bytes, O_APPEND);
}

// The whole lines of a file; what follows the last line end was torn by a crash, and is cut off.
absl::StatusOr<std::vector<std::string>> Lines(const std::string& file) {
  absl::StatusOr<std::string> read = BytesIfThere(file);
  if (!read.ok()) return read.status();
  std::string contents = *std::move(read);
  const size_t whole = contents.rfind('\n') + 1;  // 0 when there is no line end.
  if (whole < contents.size()) {
    if (truncate(file.c_str(), static_cast<off_t>(whole)) != 0) {
      return absl::UnavailableError(absl::StrCat(file, " cannot be written"));
    }
    contents.resize(whole);
  }
  return std::vector<std::string>(absl::StrSplit(contents, '\n', absl::SkipEmpty()));
}

std::string Serialised(const Mark& mark) {
  std::string bytes = absl::StrCat(
      View(mark.leaf), absl::string_view(mark.salt.data(), mark.salt.size()), View(mark.content));
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(mark.kind >> shift & 0xff));
  }
  return bytes;
}

Mark ParseMark(absl::string_view bytes) {
  Mark mark;
  mark.leaf = *ToHash(bytes.substr(0, 32));
  bytes.copy(mark.salt.data(), kSaltBytes, 32);
  mark.content = *ToHash(bytes.substr(32 + kSaltBytes, 32));
  for (const char byte : bytes.substr(64 + kSaltBytes)) {
    mark.kind = mark.kind << 8 | static_cast<uint8_t>(byte);
  }
  return mark;
}

std::string HeadLine(const ledger::v1::SignedHead& head) {
  const std::string bytes = head.SerializeAsString();
  return absl::StrCat(Hex(bytes), ".", Hex(Sha256(bytes)), "\n");
}

std::optional<ledger::v1::SignedHead> ParseHead(const std::string& line) {
  const std::vector<std::string> parts = absl::StrSplit(line, '.');
  ledger::v1::SignedHead head;
  if (parts.size() != 2) return std::nullopt;
  const std::string bytes = absl::HexStringToBytes(parts[0]);
  if (Hex(Sha256(bytes)) != parts[1] || !head.ParseFromString(bytes)) return std::nullopt;
  return head;
}

}  // namespace

Mark MarkOf(absl::string_view bytes, const feed::v1::Entry& entry) {
  Mark mark;
  mark.leaf = LeafHash(bytes);
  entry.salt().copy(mark.salt.data(), kSaltBytes);
  mark.kind = static_cast<uint32_t>(entry.kind());
  feed::v1::Entry content = entry;
  content.clear_epoch();
  content.clear_sequence();
  content.clear_time_micros();
  mark.content = Sha256(content.SerializeAsString());
  return mark;
}

absl::StatusOr<std::unique_ptr<Memory>> Memory::Open(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return absl::UnavailableError(absl::StrCat(folder, " cannot be made"));
  std::unique_ptr<Memory> memory(new Memory(folder));
  for (const auto step :
       {&Memory::Lock, &Memory::LoadKeys, &Memory::LoadHeads, &Memory::LoadMarks}) {
    if (absl::Status status = (memory.get()->*step)(); !status.ok()) return status;
  }
  return memory;
}

Memory::~Memory() {
  if (lock_ >= 0) close(lock_);
}

absl::Status Memory::Lock() {
  lock_ = open(File("lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ >= 0 && flock(lock_, LOCK_EX | LOCK_NB) == 0) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat(folder_, " cannot be written, or another auditor is using it"));
}

absl::Status Memory::LoadKeys() {
  const absl::StatusOr<std::vector<std::string>> lines = Lines(File("keys"));
  if (!lines.ok()) return lines.status();
  for (const std::string& line : *lines) {
    const std::vector<std::string> parts = absl::StrSplit(line, ' ');
    PinnedKey pinned;
    if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &pinned.from_epoch) ||
        !absl::SimpleAtoi(parts[1], &pinned.from_sequence)) {
      return Damaged(File("keys"));
    }
    const auto key = PublicKeyFromBytes(absl::HexStringToBytes(parts[2]));
    if (!key.has_value()) return Damaged(File("keys"));
    pinned.key = *key;
    keys_.push_back(pinned);
  }
  return absl::OkStatus();
}

absl::Status Memory::LoadHeads() {
  const absl::StatusOr<std::vector<std::string>> lines = Lines(File("heads"));
  if (!lines.ok()) return lines.status();
  for (const std::string& line : *lines) {
    std::optional<ledger::v1::SignedHead> head = ParseHead(line);
    if (!head.has_value()) return Damaged(File("heads"));
    heads_.push_back(*std::move(head));
  }
  return absl::OkStatus();
}

std::string Memory::MarksFile() const { return absl::StrCat(folder_, "/marks.", epoch_); }

absl::Status Memory::LoadMarks() {
  const std::optional<ledger::v1::SignedHead> highest = Highest();
  if (!highest.has_value()) return absl::OkStatus();
  epoch_ = highest->epoch();
  const std::string file = MarksFile();
  const uint64_t size = highest->size();
  const absl::StatusOr<std::string> read = BytesIfThere(file);
  if (!read.ok()) return read.status();
  const std::string& contents = *read;
  if (contents.size() / kMarkBytes < size) return Damaged(file);
  for (uint64_t i = 0; i < size; ++i) {
    marks_.push_back(ParseMark(absl::string_view(contents).substr(i * kMarkBytes, kMarkBytes)));
    tree_.Append(marks_.back().leaf);
  }
  if (View(tree_.Root()) != highest->root()) return Damaged(file);
  // Marks without a head that covers them were written when a run was broken off.
  if (contents.size() == size * kMarkBytes ||
      truncate(file.c_str(), static_cast<off_t>(size * kMarkBytes)) == 0) {
    return absl::OkStatus();
  }
  return absl::UnavailableError(absl::StrCat(file, " cannot be written"));
}

std::optional<ledger::v1::SignedHead> Memory::Highest() const {
  const auto lower = [](const ledger::v1::SignedHead& a, const ledger::v1::SignedHead& b) {
    return std::make_pair(a.epoch(), a.size()) < std::make_pair(b.epoch(), b.size());
  };
  const auto highest = std::max_element(heads_.begin(), heads_.end(), lower);
  if (highest == heads_.end()) return std::nullopt;
  return *highest;
}

absl::Status Memory::Pin(const PinnedKey& key) {
  const std::string line =
      absl::StrCat(key.from_epoch, " ", key.from_sequence, " ", Hex(key.key.bytes), "\n");
  if (absl::Status status = Append(File("keys"), line); !status.ok()) return status;
  keys_.push_back(key);
  return absl::OkStatus();
}

absl::Status Memory::Grow(const std::vector<Mark>& marks, const ledger::v1::SignedHead& head) {
  if (epoch_ != head.epoch()) {
    if (absl::Status status = BeginEpoch(head.epoch(), marks_.size()); !status.ok()) return status;
  }
  std::string bytes;
  for (const Mark& mark : marks) bytes += Serialised(mark);
  if (absl::Status status = Append(MarksFile(), bytes); !status.ok()) return status;
  for (const Mark& mark : marks) {
    marks_.push_back(mark);
    tree_.Append(mark.leaf);
  }
  return Keep(head);
}

absl::Status Memory::Keep(const ledger::v1::SignedHead& head) {
  if (absl::Status status = Append(File("heads"), HeadLine(head)); !status.ok()) return status;
  heads_.push_back(head);
  return absl::OkStatus();
}

absl::Status Memory::BeginEpoch(uint64_t epoch, uint64_t kept) {
  marks_.resize(std::min<size_t>(marks_.size(), kept));
  tree_.Truncate(marks_.size());
  epoch_ = epoch;
  std::string bytes;
  for (const Mark& mark : marks_) bytes += Serialised(mark);
  return WriteAndSync(MarksFile(), bytes, O_TRUNC);
}

}  // namespace onereturn::auditor

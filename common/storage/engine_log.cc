#include "common/storage/engine_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <utility>

#include "absl/strings/str_cat.h"

namespace onereturn {
namespace {

constexpr size_t kLineBytesMax = 4096;

timeval Now() {
  timeval now;
  gettimeofday(&now, nullptr);
  return now;
}

// Writes the time and returns its length.
size_t Stamp(char* line, size_t bytes) {
  const timeval now = Now();
  std::tm utc;
  gmtime_r(&now.tv_sec, &utc);
  const size_t length = std::strftime(line, bytes, "%Y-%m-%dT%H:%M:%S", &utc);
  const int fraction = std::snprintf(line + length, bytes - length, ".%06ldZ ", now.tv_usec);
  return length + static_cast<size_t>(fraction);
}

}  // namespace

EngineLog::EngineLog(std::string folder, size_t bytes_max)
    : rocksdb::Logger(rocksdb::InfoLogLevel::INFO_LEVEL),
      folder_(std::move(folder)),
      bytes_max_(bytes_max) {
  OpenFile();
}

EngineLog::~EngineLog() {
  if (file_ >= 0) ::close(file_);
}

void EngineLog::OpenFile() {
  if (folder_.empty()) return;
  file_ = ::open(absl::StrCat(folder_, "/LOG").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
                 0640);
  struct stat facts;
  bytes_ = file_ >= 0 && ::fstat(file_, &facts) == 0 ? static_cast<size_t>(facts.st_size) : 0;
}

void EngineLog::RotateIfLarge() {
  if (bytes_ <= bytes_max_) return;
  const timeval now = Now();
  const std::string current = absl::StrCat(folder_, "/LOG");
  const std::string old =
      absl::StrCat(current, ".old.", now.tv_sec * int64_t{1000000} + now.tv_usec);
  if (::rename(current.c_str(), old.c_str()) != 0) return;
  ::close(file_);
  OpenFile();
}

void EngineLog::Logv(const char* format, va_list arguments) {
  char line[kLineBytesMax];
  const size_t stamp = Stamp(line, sizeof(line));
  const int wanted = std::vsnprintf(line + stamp, sizeof(line) - stamp - 1, format, arguments);
  if (wanted < 0) return;
  size_t length = stamp + std::min(static_cast<size_t>(wanted), sizeof(line) - stamp - 2);
  if (line[length - 1] != '\n') line[length++] = '\n';

  const std::lock_guard<std::mutex> lock(mutex_);
  if (file_ < 0) return;
  const ssize_t written = ::write(file_, line, length);
  if (written > 0) bytes_ += static_cast<size_t>(written);
  RotateIfLarge();
}

}  // namespace onereturn

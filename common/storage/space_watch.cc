#include "common/storage/space_watch.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/log/log.h"

namespace onereturn {

absl::StatusOr<DiskSpace> MeasureDiskSpace(const std::string& path) {
  struct statvfs facts = {};
  if (statvfs(path.c_str(), &facts) != 0) {
    return absl::UnavailableError(
        absl::StrCat("Could not measure the disk of ", path, ": ", std::strerror(errno), "."));
  }
  return DiskSpace{uint64_t{facts.f_bavail} * facts.f_frsize,
                   uint64_t{facts.f_blocks} * facts.f_frsize};
}

SpaceWatch::SpaceWatch(std::string folder, Measure measure, uint64_t ballast_bytes)
    : folder_(std::move(folder)), measure_(std::move(measure)), ballast_bytes_(ballast_bytes) {}

absl::Status SpaceWatch::Check() {
  std::lock_guard<std::mutex> lock(mutex_);
  Look();
  if (!low_) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(
      "Could not write: the disk of ", folder_, " has ", space_.free_bytes, " bytes left, and ",
      EnoughSpaceMark(space_) + ballast_bytes_,
      " are wanted. Free or add space; writing then goes on by itself. Reading is not affected."));
}

void SpaceWatch::NoteFull() {
  std::lock_guard<std::mutex> lock(mutex_);
  SetLow(true);
}

bool SpaceWatch::MakeRoom() {
  std::lock_guard<std::mutex> lock(mutex_);
  const bool had = HoldsBallast();
  // Nothing is put where a store may not even be.
  if (const absl::StatusOr<DiskSpace> space = measure_(); space.ok()) {
    space_ = *space;
    if (FreeBesidesBallast() < LowSpaceMark(space_)) SetLow(true);
  }
  return had && !HoldsBallast();
}

StoreSpace SpaceWatch::State() {
  std::lock_guard<std::mutex> lock(mutex_);
  Look();
  return {space_.free_bytes, space_.total_bytes, low_};
}

void SpaceWatch::Look() {
  const absl::StatusOr<DiskSpace> space = measure_();
  if (!space.ok()) {
    // It cannot be said that there is enough, nor that there is not.
    if (!std::exchange(looked_, true)) {
      LogWarning("store.space_not_measured", {{"status", space.status().ToString()}});
    }
    return;
  }
  space_ = *space;
  if (!low_) {
    if (FreeBesidesBallast() < LowSpaceMark(space_)) {
      SetLow(true);
    } else if (!std::exchange(looked_, true) && !HoldsBallast()) {
      PutBallast();
    }
    return;
  }
  if (FreeBesidesBallast() >= EnoughSpaceMark(space_)) {
    SetLow(false);
    PutBallast();
  }
}

uint64_t SpaceWatch::FreeBesidesBallast() const {
  const uint64_t ballast = HoldsBallast() ? 0 : ballast_bytes_;
  return space_.free_bytes - std::min(space_.free_bytes, ballast);
}

void SpaceWatch::SetLow(bool low) {
  if (low) DropBallast();
  if (low == low_) return;
  low_ = low;
  const std::string free = absl::StrCat(space_.free_bytes);
  if (low) {
    LogError("store.space_low", {{"folder", folder_}, {"free_bytes", free}});
  } else {
    LogInfo("store.space_enough", {{"folder", folder_}, {"free_bytes", free}});
  }
}

bool SpaceWatch::HoldsBallast() const {
  struct stat facts = {};
  return ballast_bytes_ > 0 && stat(absl::StrCat(folder_, "/", kBallastName).c_str(), &facts) == 0;
}

void SpaceWatch::PutBallast() {
  if (ballast_bytes_ == 0) return;
  const std::string path = absl::StrCat(folder_, "/", kBallastName);
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const int error = file < 0 ? errno : posix_fallocate(file, 0, static_cast<off_t>(ballast_bytes_));
  if (file >= 0) close(file);
  if (error == 0) return;
  LogWarning("store.no_ballast", {{"folder", folder_}, {"why", std::strerror(error)}});
  unlink(path.c_str());
}

void SpaceWatch::DropBallast() {
  if (HoldsBallast()) unlink(absl::StrCat(folder_, "/", kBallastName).c_str());
}

}  // namespace onereturn

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
  const Facts facts = Look();
  if (!facts.low) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(
      "Could not write: the disk of ", folder_, " has ", facts.space.free_bytes,
      " bytes left, and ", EnoughSpaceMark(facts.space) + ballast_bytes_,
      " are wanted. Free or add space; writing then goes on by itself. Reading is not affected."));
}

void SpaceWatch::NoteFull() {
  std::lock_guard<std::mutex> looking(looking_);
  SetLow(true, facts().space);
}

bool SpaceWatch::MakeRoom() {
  std::lock_guard<std::mutex> looking(looking_);
  const bool had = HoldsBallast();
  // Nothing is put where a store may not even be.
  if (const absl::StatusOr<DiskSpace> space = measure_(); space.ok()) {
    SetFacts({*space, facts().low});
    if (FreeBesidesBallast(*space) < LowSpaceMark(*space)) SetLow(true, *space);
  }
  return had && !HoldsBallast();
}

StoreSpace SpaceWatch::State() {
  const Facts facts = Look();
  return {facts.space.free_bytes, facts.space.total_bytes, facts.low};
}

SpaceWatch::Facts SpaceWatch::Look() {
  std::unique_lock<std::mutex> looking(looking_, std::try_to_lock);
  if (!looking.owns_lock()) {
    std::lock_guard<std::mutex> lock(mutex_);
    if (facts_.has_value()) return *facts_;
  }
  // Nobody knows anything yet: worth waiting for.
  if (!looking.owns_lock()) looking.lock();
  const absl::StatusOr<DiskSpace> space = measure_();
  if (space.ok()) {
    Judge(*space);
  } else {
    SetFacts(facts());
    // It cannot be said that there is enough, nor that there is not.
    if (!std::exchange(looked_, true)) {
      LogWarning("store.space_not_measured", {{"status", space.status().ToString()}});
    }
  }
  return facts();
}

void SpaceWatch::Judge(const DiskSpace& space) {
  const bool low = facts().low;
  SetFacts({space, low});
  const uint64_t free = FreeBesidesBallast(space);
  if (!low) {
    if (free < LowSpaceMark(space)) {
      SetLow(true, space);
    } else if (!std::exchange(looked_, true) && !HoldsBallast()) {
      PutBallast();
    }
    return;
  }
  if (free >= EnoughSpaceMark(space)) {
    SetLow(false, space);
    PutBallast();
  }
}

uint64_t SpaceWatch::FreeBesidesBallast(const DiskSpace& space) const {
  const uint64_t ballast = HoldsBallast() ? 0 : ballast_bytes_;
  return space.free_bytes - std::min(space.free_bytes, ballast);
}

void SpaceWatch::SetLow(bool low, const DiskSpace& space) {
  const bool was_low = facts().low;
  SetFacts({space, low});
  if (low) DropBallast();
  if (low == was_low) return;
  const std::string free = absl::StrCat(space.free_bytes);
  if (low) {
    LogError("store.space_low", {{"folder", folder_}, {"free_bytes", free}});
  } else {
    LogInfo("store.space_enough", {{"folder", folder_}, {"free_bytes", free}});
  }
}

SpaceWatch::Facts SpaceWatch::facts() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return facts_.value_or(Facts());
}

void SpaceWatch::SetFacts(const Facts& facts) {
  std::lock_guard<std::mutex> lock(mutex_);
  facts_ = facts;
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

#include "common/storage/folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/sync_folder.h"
#include "common/status/status_macros.h"
#include "common/storage/engine_status.h"

namespace onereturn {
namespace {

// With errno.
absl::Status CouldNotSync(const std::string& path) {
  return absl::UnavailableError(
      absl::StrCat("Could not sync ", path, ": ", std::strerror(errno), "."));
}

absl::Status SyncFile(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = file >= 0 && ::fsync(file) == 0;
  absl::Status status = synced ? absl::OkStatus() : CouldNotSync(path);
  if (file >= 0) ::close(file);
  return status;
}

}  // namespace

absl::StatusOr<FolderContent> LookInto(const std::string& path, rocksdb::Env* env) {
  std::vector<std::string> names;
  const rocksdb::Status status = env->GetChildren(path, &names);
  if (status.IsNotFound() || status.IsPathNotFound()) return FolderContent::kMissing;
  RETURN_IF_ERROR(FromEngine(status, absl::StrCat("look into the folder ", path)));
  FolderContent content = FolderContent::kEmpty;
  for (const std::string& name : names) {
    if (name == "." || name == "..") continue;
    if (name == "CURRENT") return FolderContent::kStore;
    content = FolderContent::kOther;
  }
  return content;
}

absl::Status SyncParentFolder(const std::string& path) {
  const std::string parent = FolderOf(path);
  return SyncFolder(parent) ? absl::OkStatus() : CouldNotSync(parent);
}

absl::Status SyncFiles(const std::string& folder) {
  std::error_code error;
  for (auto file = std::filesystem::directory_iterator(folder, error);
       !error && file != std::filesystem::directory_iterator(); file.increment(error)) {
    RETURN_IF_ERROR(SyncFile(file->path().string()));
  }
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("Could not look into ", folder, ": ", error.message(), "."));
  }
  return SyncFolder(folder) ? absl::OkStatus() : CouldNotSync(folder);
}

}  // namespace onereturn

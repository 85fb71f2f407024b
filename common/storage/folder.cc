#include "common/storage/folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "common/storage/engine_status.h"

namespace onereturn {
namespace {

// Syncs one file or, with O_DIRECTORY among `flags`, the entries of one folder.
absl::Status Sync(const std::string& path, int flags) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | flags);
  const bool synced = file >= 0 && ::fsync(file) == 0;
  const int error = errno;
  if (file >= 0) ::close(file);
  if (synced) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("Could not sync ", path, ": ", std::strerror(error), "."));
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
  std::filesystem::path absolute = std::filesystem::path(path).lexically_normal();
  if (!absolute.has_filename()) absolute = absolute.parent_path();  // A slash at the end.
  const std::string parent = absolute.parent_path().string();
  return Sync(parent.empty() ? "." : parent, O_DIRECTORY);
}

absl::Status SyncFiles(const std::string& folder) {
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(folder, error)) {
    RETURN_IF_ERROR(Sync(file.path().string(), 0));
  }
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("Could not look into ", folder, ": ", error.message(), "."));
  }
  return Sync(folder, O_DIRECTORY);
}

}  // namespace onereturn

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
  std::string parent = absolute.parent_path().string();
  if (parent.empty()) parent = ".";
  const int folder = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = folder >= 0 && ::fsync(folder) == 0;
  const int error = errno;
  if (folder >= 0) ::close(folder);
  if (synced) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("Could not sync the folder ", parent, ": ", std::strerror(error), "."));
}

}  // namespace onereturn

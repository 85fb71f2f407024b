#include "common/status/new_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/base/sync_folder.h"
#include "common/status/error.h"

namespace onereturn {
namespace {

absl::Status LastFailure() { return absl::UnavailableError(std::strerror(errno)); }

absl::Status WriteAll(int descriptor, absl::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return LastFailure();
    text.remove_prefix(static_cast<size_t>(written));
  }
  if (fsync(descriptor) != 0) return LastFailure();
  return absl::OkStatus();
}

}  // namespace

absl::Status WriteNewFile(const std::string& file, absl::string_view text, unsigned mode) {
  const int descriptor =
      open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, static_cast<mode_t>(mode));
  if (descriptor < 0 && errno == EEXIST) {
    return Error(Reason::kFieldInvalid, absl::StrCat("\"", file, "\" exists already"))
        .Field("file", "must not exist: remove it, or choose another place");
  }
  const bool made = descriptor >= 0;
  absl::Status status = made && fchmod(descriptor, static_cast<mode_t>(mode)) == 0
                            ? WriteAll(descriptor, text)
                            : LastFailure();
  if (made && close(descriptor) != 0) status.Update(LastFailure());
  if (status.ok() && !SyncFolder(FolderOf(file))) status = LastFailure();
  if (status.ok()) return status;
  // Else the next try would find part of a file, and take it for somebody's.
  if (made) unlink(file.c_str());
  return absl::UnavailableError(absl::StrCat("cannot write \"", file, "\": ", status.message()));
}

}  // namespace onereturn

#include "common/status/new_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace onereturn {
namespace {

absl::Status WriteAll(int descriptor, absl::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return absl::UnavailableError(std::strerror(errno));
    text.remove_prefix(static_cast<size_t>(written));
  }
  if (fsync(descriptor) != 0) return absl::UnavailableError(std::strerror(errno));
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
  absl::Status status = descriptor < 0 || fchmod(descriptor, static_cast<mode_t>(mode)) != 0
                            ? absl::UnavailableError(std::strerror(errno))
                            : WriteAll(descriptor, text);
  if (descriptor >= 0 && close(descriptor) != 0 && status.ok()) {
    status = absl::UnavailableError(std::strerror(errno));
  }
  if (status.ok()) return status;
  return absl::UnavailableError(absl::StrCat("cannot write \"", file, "\": ", status.message()));
}

}  // namespace onereturn

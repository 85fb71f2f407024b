// A folder of a test's own, gone at its end.
#ifndef ONERETURN_COMMON_BASE_TESTING_TEMPORARY_FOLDER_H_
#define ONERETURN_COMMON_BASE_TESTING_TEMPORARY_FOLDER_H_

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "absl/strings/string_view.h"
#include "common/base/check.h"

namespace onereturn {

// Made below $TMPDIR (or /tmp) on construction and removed with all it holds on destruction.
// Thread-compatible.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    const char* parent = std::getenv("TMPDIR");
    path_ =
        std::string(parent != nullptr && *parent != '\0' ? parent : "/tmp") + "/onereturn_XXXXXX";
    ONERETURN_CHECK(::mkdtemp(path_.data()) != nullptr);
  }
  ~TemporaryFolder() {
    std::error_code ignored;  // A leftover folder must not fail a test that passed.
    std::filesystem::remove_all(path_, ignored);
  }

  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  // The path of `name` inside the folder; nothing is created.
  std::string File(absl::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_BASE_TESTING_TEMPORARY_FOLDER_H_

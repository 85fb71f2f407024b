// Published figures that tests compare with. They are no part of the project: a test that needs
// them is skipped where they are not, but never on a build server (CI=true): there it fails.
#ifndef ONERETURN_COMMON_BASE_TESTING_PUBLISHED_DATA_H_
#define ONERETURN_COMMON_BASE_TESTING_PUBLISHED_DATA_H_

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

namespace onereturn {

// The folder that ONERETURN_DATA names, else the one beside the sources. Whoever includes this is
// compiled with ONERETURN_SOURCE_DIR.
inline std::string PublishedDataFolder() {
  const char* folder = std::getenv("ONERETURN_DATA");
  return folder != nullptr ? folder : std::string(ONERETURN_SOURCE_DIR) + "/../shared/data";
}

// Needs a file or folder of that folder. A fixture with a SetUp of its own calls this one first,
// and goes on only if HasData().
class PublishedDataTest : public ::testing::Test {
 protected:
  explicit PublishedDataTest(std::string needed) : needed_(std::move(needed)) {}

  bool HasData() const { return std::filesystem::exists(PublishedDataFolder() + "/" + needed_); }

  void SetUp() override {
    if (HasData()) return;
    const char* ci = std::getenv("CI");
    const std::string message = "there is no " + needed_ + " in " + PublishedDataFolder() +
                                "; set ONERETURN_DATA to the folder that has it";
    if (ci != nullptr && std::string(ci) == "true") FAIL() << message;
    GTEST_SKIP() << message;
  }

 private:
  const std::string needed_;
};

}  // namespace onereturn

#endif  // ONERETURN_COMMON_BASE_TESTING_PUBLISHED_DATA_H_

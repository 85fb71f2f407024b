#include "common/status/new_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>

#include "common/base/read_file.h"
#include "common/base/testing/temporary_folder.h"
#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"

namespace onereturn {
namespace {

TEST(NewFileTest, TheModeIsExactlyThatWhateverTheMask) {
  const TemporaryFolder folder;
  for (const mode_t mask : {0, 0077}) {
    for (const unsigned mode : {0600u, 0644u}) {
      const std::string file = folder.File(std::to_string(mask) + "." + std::to_string(mode));
      const mode_t before = umask(mask);
      const absl::Status written = WriteNewFile(file, "text", mode);
      umask(before);
      ASSERT_THAT(written, IsOk());
      struct stat facts = {};
      ASSERT_EQ(stat(file.c_str(), &facts), 0);
      EXPECT_EQ(facts.st_mode & 07777, mode);
      EXPECT_EQ(ReadFile(file), "text");
    }
  }
}

TEST(NewFileTest, NothingIsWrittenOver) {
  const TemporaryFolder folder;
  ASSERT_THAT(WriteNewFile(folder.File("key"), "first", 0600), IsOk());
  EXPECT_THAT(WriteNewFile(folder.File("key"), "second", 0600), HasReason(Reason::kFieldInvalid));
  EXPECT_EQ(ReadFile(folder.File("key")), "first");
  EXPECT_THAT(WriteNewFile(folder.File("none/key"), "x", 0600),
              StatusIs(absl::StatusCode::kUnavailable));
}

// As on a full disk: the writing of a file ends in its middle.
TEST(NewFileTest, WhatCouldNotBeWrittenWholeIsNotThere) {
  const TemporaryFolder folder;
  const std::string file = folder.File("key");
  const std::string text(10'000, 'x');
  const auto reached = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before = {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 4'096;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const absl::Status written = WriteNewFile(file, text, 0600);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, reached);
  EXPECT_THAT(written, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_THAT(WriteNewFile(file, text, 0600), IsOk()) << "the next try finds its place free";
  EXPECT_EQ(ReadFile(file), text);
}

}  // namespace
}  // namespace onereturn

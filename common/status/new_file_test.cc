#include "common/status/new_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

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

}  // namespace
}  // namespace onereturn

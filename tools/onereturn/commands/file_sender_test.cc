#include "tools/onereturn/commands/file_sender.h"

#include <gtest/gtest.h>

#include "common/status/error.h"
#include "tools/onereturn/console/error_text.h"

namespace onereturn::client {
namespace {

TEST(ConcernsAllFilesTest, WhatNoOtherFileWouldFareBetterWith) {
  EXPECT_TRUE(ConcernsAllFiles(absl::UnavailableError("cannot be reached")));
  EXPECT_TRUE(ConcernsAllFiles(absl::DeadlineExceededError("no answer")));
  EXPECT_TRUE(ConcernsAllFiles(Error(Reason::kStorageLow, "no room")));
  EXPECT_TRUE(ConcernsAllFiles(Error(Reason::kTokenExpired, "its time is over")));
  EXPECT_TRUE(ConcernsAllFiles(Error(Reason::kPermission, "no right")));
  EXPECT_TRUE(ConcernsAllFiles(
      Error(Reason::kDefinitionUnknown, "no collection").Field("collection", "is not defined")));
  EXPECT_TRUE(ConcernsAllFiles(
      Error(Reason::kFileLayout, "no layout").Field("layout", "must be one of long")));
}

TEST(ConcernsAllFilesTest, WhatIsAboutTheFile) {
  EXPECT_FALSE(ConcernsAllFiles(UsageError("it holds 0 B", "Check it.")));
  EXPECT_FALSE(ConcernsAllFiles(
      Error(Reason::kFileLayout, "the header row").Field("column 3", "is no column")));
  EXPECT_FALSE(ConcernsAllFiles(Error(Reason::kOrgScope, "row 2 names another")));
  EXPECT_FALSE(ConcernsAllFiles(Error(Reason::kPeriodClosed, "the window has closed")));
  EXPECT_FALSE(ConcernsAllFiles(Error(Reason::kInternal, "a promise was broken")));
}

}  // namespace
}  // namespace onereturn::client

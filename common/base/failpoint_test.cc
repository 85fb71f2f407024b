// Goal: a failpoint ends the process where it was told to, and nowhere else. Each case runs in a
// process of its own, because the environment is read once.
#include "common/base/failpoint.h"

#include <cstdlib>

#include "gtest/gtest.h"

namespace onereturn {
namespace {

// In the child: counts what it outlived by its exit code.
[[noreturn]] void Pass(const char* armed, int times) {
  setenv(kFailpointVariable, armed, 1);
  for (int i = 0; i < times; ++i) {
    ONERETURN_FAILPOINT(kCommitBeforeWrite);
    ONERETURN_FAILPOINT(kCommitAfterWrite);
  }
  std::_Exit(0);
}

using FailpointDeathTest = ::testing::Test;

TEST(FailpointDeathTest, EndsAtItsNameAndNumber) {
  const auto at = ::testing::ExitedWithCode(kFailpointExitCode);
  const auto past = ::testing::ExitedWithCode(0);
  EXPECT_EXIT(Pass("commit.before_write", 1), at, "");
  EXPECT_EXIT(Pass("commit.before_write:3", 3), at, "");
  EXPECT_EXIT(Pass("commit.before_write:3", 2), past, "");
  EXPECT_EXIT(Pass("commit.before_sign", 5), past, "");
  EXPECT_EXIT(Pass("", 5), past, "");
}

TEST(FailpointDeathTest, ASlipOfThePenIsNoTest) {
  for (const char* armed : {"commit.before", "commit.before_write:", "commit.before_write:0",
                            "commit.before_write:x", "commit.before_write:1x"}) {
    EXPECT_DEATH(Pass(armed, 1), "there is no failpoint") << armed;
  }
}

}  // namespace
}  // namespace onereturn

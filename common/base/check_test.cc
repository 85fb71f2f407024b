#include "common/base/check.h"

#include <gtest/gtest.h>

namespace onereturn {
namespace {

TEST(CheckTest, LetsWhatHoldsPassAndEvaluatesItOnce) {
  int evaluations = 0;
  ONERETURN_CHECK(++evaluations == 1);
  EXPECT_EQ(evaluations, 1);
}

TEST(CheckDeathTest, AbortsWithFileLineAndText) {
  const int answer = 41;
  EXPECT_DEATH(ONERETURN_CHECK(answer == 42), "check_test\\.cc:[0-9]+: check failed: answer == 42");
}

}  // namespace
}  // namespace onereturn

#include "tools/onereturn/offline/rule_pack_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace onereturn::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int64_t kDue = 1'793'725'200;  // 3 November 2026, 17:00 UTC.

// Rules taken so many seconds after the due moment, of a window that is open.
returns::v1::RulePack TakenAfterDue(int64_t seconds) {
  returns::v1::RulePack pack;
  pack.mutable_time()->set_seconds(kDue + seconds);
  pack.mutable_window()->set_state(returns::v1::WINDOW_STATE_TAKEN);
  pack.mutable_window()->mutable_moments()->mutable_due_time()->set_seconds(kDue);
  return pack;
}

TEST(WindowSentenceTest, WhatIsLateIsSaidToBeLate) {
  EXPECT_THAT(WindowSentence(TakenAfterDue(-1)), Not(HasSubstr("late")));
  EXPECT_THAT(WindowSentence(TakenAfterDue(-1)), HasSubstr("open: due before 2026-11-03"));
  // The due moment is the first that is late.
  EXPECT_THAT(WindowSentence(TakenAfterDue(0)), AllOf(HasSubstr("late"), HasSubstr("2026-11-03")));
  returns::v1::RulePack extended = TakenAfterDue(3'600);
  extended.mutable_window()->mutable_extension_end_time()->set_seconds(kDue + 86'400);
  EXPECT_THAT(WindowSentence(extended),
              AllOf(HasSubstr("due before 2026-11-04"), Not(HasSubstr("late"))));
  EXPECT_EQ(WindowSentence(returns::v1::RulePack()), "");
}

}  // namespace
}  // namespace onereturn::client

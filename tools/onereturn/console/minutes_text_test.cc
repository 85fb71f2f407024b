#include "tools/onereturn/console/minutes_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/status/testing/status_matchers.h"

namespace onereturn::client {
namespace {

TEST(MinutesTextTest, LensesAreNamedAsTheyAreRead) {
  const auto minutes = MinutesNamed("gathering=30,quality-assurance=1200");
  ASSERT_THAT(minutes, IsOk());
  EXPECT_EQ(minutes->gathering(), 30u);
  EXPECT_EQ(minutes->quality_assurance(), 1'200u);
  EXPECT_EQ(MinutesText(*minutes), "1,230 minutes declared: gathering 30, quality-assurance 1,200");
  EXPECT_EQ(MinutesNamed("training-and-guidance=1")->training_and_guidance(), 1u);
  EXPECT_EQ(MinutesText(*MinutesNamed("transmission=1")), "1 minute declared: transmission 1");
  // Nothing at all may be what it cost.
  EXPECT_EQ(MinutesText(*MinutesNamed("transmission=0")), "0 minutes declared");
}

TEST(MinutesTextTest, WhatIsNoLensWithItsMinutesIsRefused) {
  for (const std::string text : {"", "gathering", "gathering=", "gathering=-3", "gathering=1.5",
                                 "reading=3", "gathering=1,gathering=2", "gathering=1,"}) {
    EXPECT_FALSE(MinutesNamed(text).ok()) << text;
  }
}

}  // namespace
}  // namespace onereturn::client

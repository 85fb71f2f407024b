#include "common/rpc/concerned.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/status/error.h"

namespace onereturn {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// 943 476 5919 is the NHS number of nobody, with the right check digit.
TEST(ConcernedTest, WhatIsNoCodeOrSomebodysNumberGetsIntoNoLog) {
  Concerned concerned;
  for (const char* code : {"RLQ", "9434765919", "rlq", "QE1", "R L Q", ""}) concerned.Add(code);
  EXPECT_THAT(concerned.All(), ElementsAre("QE1", "RLQ"));
}

TEST(ConcernedTest, NorIntoTheAnswerThatThereIsNoSuch) {
  EXPECT_EQ(NotFound("organisation 9434765919"), NotFound());
  EXPECT_THAT(std::string(NotFound("organisation 9434765918").message()), HasSubstr("9434765918"));
}

}  // namespace
}  // namespace onereturn

// Goal: a certificate has so many connections at once and no more, and counting them takes little.
// What gRPC counts is tested over sockets: row 2 of tests/golden/bad_inputs.csv.
#include "common/rpc/connection_quota.h"

#include <gtest/gtest.h>

namespace onereturn {
namespace {

class ConnectionQuotaTest : public ::testing::Test {
 protected:
  ConnectionQuota quota_{3,
                         [this] {
                           ++counts_;
                           now_ += std::chrono::milliseconds(10);  // What a count takes.
                           return open_;
                         },
                         [this] { return now_; }};
  OpenConnections open_;
  int counts_ = 0;
  std::chrono::steady_clock::time_point now_{std::chrono::hours(1)};
};

TEST_F(ConnectionQuotaTest, TheFourthIsRefusedWhileThreeAreOpen) {
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(quota_.Admit("a"));
  EXPECT_EQ(counts_, 0) << "who is below its share is not counted";
  open_ = {{"a", 3}};
  EXPECT_FALSE(quota_.Admit("a"));
  EXPECT_TRUE(quota_.Admit("b")) << "another's share is its own";
}

TEST_F(ConnectionQuotaTest, WhatWasClosedIsOpenedAgain) {
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(quota_.Admit("a"));
  open_ = {{"a", 1}};
  EXPECT_TRUE(quota_.Admit("a"));
  EXPECT_TRUE(quota_.Admit("a"));
  EXPECT_EQ(counts_, 1);
}

TEST_F(ConnectionQuotaTest, CountingTakesATwentiethOfTheTimeAtMost) {
  for (int i = 0; i < 3; ++i) quota_.Admit("a");
  open_ = {{"a", 3}};
  EXPECT_FALSE(quota_.Admit("a"));
  for (int i = 0; i < 1'000; ++i) EXPECT_FALSE(quota_.Admit("a"));
  EXPECT_EQ(counts_, 1);
  open_.clear();
  now_ += std::chrono::milliseconds(199);
  EXPECT_FALSE(quota_.Admit("a"));
  now_ += std::chrono::milliseconds(1);
  EXPECT_TRUE(quota_.Admit("a"));
  EXPECT_EQ(counts_, 2);
}

TEST_F(ConnectionQuotaTest, CertificatesThatHaveNoConnectionAreForgotten) {
  for (int i = 0; i < 4'096; ++i) EXPECT_TRUE(quota_.Admit(std::to_string(i)));
  EXPECT_EQ(counts_, 0);
  EXPECT_TRUE(quota_.Admit("one more"));
  EXPECT_EQ(counts_, 1);
  EXPECT_TRUE(quota_.Admit("and another"));
  EXPECT_EQ(counts_, 1);
}

}  // namespace
}  // namespace onereturn

// Goal: metrics is asked on behalf of who asked, and says so when that person may not.
#include "services/assessment/rpc/metrics_client.h"

#include "common/status/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/assessment/rpc/testing/fake_metrics.h"

namespace onereturn::assessment {
namespace {

constexpr int64_t kLimitMicros = 10'000'000;

TEST(MetricsClientTest, AQuestionIsAskedForThePersonWhoAsks) {
  FakeMetrics metrics;
  MetricsClient client(metrics.channel());
  MetricQuestion question{"four_hour_all", 0, "QHL", "2024-03", "", ""};
  ASSERT_THAT(client.Value(question, kLimitMicros), IsOk());
  EXPECT_EQ(metrics.last_authorization(), "");
  question.person_token = "header.body.signature";
  ASSERT_THAT(client.Value(question, kLimitMicros), IsOk());
  EXPECT_EQ(metrics.last_authorization(), "Bearer header.body.signature");
  question.person_token = "another.of.one";
  ASSERT_THAT(client.Trace(question, kLimitMicros,
                           [](const auto&) -> absl::StatusOr<bool> { return true; }),
              IsOk());
  EXPECT_EQ(metrics.last_authorization(), "Bearer another.of.one");
}

TEST(MetricsClientTest, WhatThePersonMayNotIsThePersonsToKnow) {
  FakeMetrics metrics;
  MetricsClient client(metrics.channel());
  MetricQuestion question{"four_hour_all", 0, "QHL", "2024-03", "", "header.body.signature"};
  for (const Reason reason : {Reason::kPermission, Reason::kTokenExpired}) {
    metrics.set_failure(Error(reason, "no"));
    question.person_token = "header.body.signature";
    EXPECT_THAT(client.Value(question, kLimitMicros), HasReason(reason));
    // Without one it is this service that was refused: nothing that its caller could mend.
    question.person_token.clear();
    EXPECT_THAT(client.Value(question, kLimitMicros), HasReason(Reason::kDependency));
  }
}

}  // namespace
}  // namespace onereturn::assessment

// Definitions, facts and reads together: what is derived, and that it is the same however it came.
#include "services/metrics/consumers/projection_runner.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"
#include "services/metrics/consumers/testing_runner.h"

namespace onereturn::metrics {
namespace {

TEST_F(RunnerTest, DefinitionsAreJudgedAndGivenVersions) {
  v1::Metric metric = FourHourWire();
  const auto judged = Define("r0", metric, /*validate_only=*/true);
  ASSERT_TRUE(judged.ok());
  EXPECT_FALSE(judged->accepted.has_value());
  const auto first = Define("r1", metric);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->metric.version(), 1u);
  EXPECT_EQ(first->metric.name(), "metrics/four_hour");
  EXPECT_EQ(first->metric.etag(), "\"1\"");
  const auto repeated = Define("r1", metric);
  ASSERT_TRUE(repeated.ok());
  EXPECT_TRUE(repeated->accepted->replayed);
  EXPECT_EQ(repeated->metric.etag(), "\"1\"");
  EXPECT_TRUE(Define("r2", metric)->unchanged);
  metric.set_description("said better");
  EXPECT_EQ(ReasonOf(Define("r1", metric).status()), Reason::kRequestIdReused);
  metric.set_etag("\"7\"");
  EXPECT_EQ(ReasonOf(Define("r3", metric).status()), Reason::kEtagMismatch);
  metric.set_etag("\"1\"");
  EXPECT_EQ(Define("r3", metric)->metric.version(), 2u);
  metric.set_version(5);
  EXPECT_EQ(ReasonOf(Define("r4", metric).status()), Reason::kOutputOnly);
  metric.clear_version();
  metric.clear_etag();
  metric.clear_numerator();
  EXPECT_EQ(ReasonOf(Define("r4", metric).status()), Reason::kDefinitionInvalid);
  EXPECT_EQ(ReasonOf(Define("", FourHourWire()).status()), Reason::kRequestId);
}

TEST_F(RunnerTest, NobodyTakesAMetricToACollectionOfHisOwn) {
  DefineRequest request;
  request.actor = "spiffe://onereturn.example/steward";
  request.metric = FourHourWire();
  request.check_collection = [](const std::string& collection) {
    return collection == "Own" ? absl::OkStatus() : Error(Reason::kCollectionGrant, "").ToStatus();
  };
  int asked = 0;
  const auto ask = [&](const std::string& collection) {
    request.metric.set_collection(collection);
    request.request_id = absl::StrCat("own-", ++asked);
    request.digest = Sha256(request.metric.SerializeAsString());
    std::promise<absl::StatusOr<DefinedMetric>> promise;
    define_->Run(request, [&promise](absl::StatusOr<DefinedMetric> defined) {
      promise.set_value(std::move(defined));
    });
    return promise.get_future().get();
  };
  ASSERT_TRUE(Define("r1", FourHourWire()).ok());
  const auto taken = ask("Own");
  EXPECT_EQ(ReasonOf(taken.status()), Reason::kCollectionGrant);
  request.metric.set_code("four_hour_too");
  ASSERT_TRUE(ask("Own").ok());
  request.metric.set_description("said better");
  EXPECT_EQ(ask("Own")->metric.version(), 2u) << "his own he may change";
}

TEST_F(RunnerTest, ALateDefinitionIsBackfilledAndPositionsStay) {
  Source source;
  source.AddProvider("RC9");
  source.AddReturn("RC9", "2024-03", 100, 40);
  ASSERT_TRUE(source.SendTo(runner_.get()).ok());
  ASSERT_TRUE(Define("r1", FourHourWire()).ok());
  EXPECT_EQ(Ask("RC9", 1), "60.0 %");
  const std::string before = position_;
  source.AddReturn("RC9", "2024-03", 100, 20, 2);
  ASSERT_TRUE(source.SendTo(runner_.get()).ok());
  EXPECT_EQ(Ask("RC9", 1), "80.0 %");
  EXPECT_EQ(Ask("RC9", 1, before), "60.0 %");
  EXPECT_EQ(Ask("RXX", 1), "NOT_FOUND");
}

TEST_F(RunnerTest, RebuiltTablesHaveTheSameHash) {
  Source source;
  source.AddProvider("RC9");
  for (int i = 0; i < 40; ++i) {
    source.AddReturn("RC9", absl::StrCat("2023-", i % 9 + 1 < 10 ? "0" : "", i % 9 + 1), 100 + i,
                     i);
  }
  ASSERT_TRUE(source.SendTo(runner_.get()).ok());
  ASSERT_TRUE(Define("r1", FourHourWire()).ok());
  const Digest before = HashAtRest(1);
  ASSERT_TRUE(runner_->Rebuild().ok());
  // A page of before the drop comes too late: refused, and the consumer connects anew.
  EXPECT_EQ(runner_->Take(FeedPage{}).code(), absl::StatusCode::kUnavailable);
  ASSERT_TRUE(source.SendTo(runner_.get()).ok());
  EXPECT_EQ(HashAtRest(1), before);
  EXPECT_EQ(runner_->fault(), "");
}

TEST_F(RunnerTest, ARestoredSourceIsTakenAgain) {
  Source source;
  source.AddProvider("RC9");
  source.AddReturn("RC9", "2024-03", 100, 40);
  ASSERT_TRUE(source.SendTo(runner_.get()).ok());
  ASSERT_TRUE(Define("r1", FourHourWire()).ok());
  EXPECT_EQ(Ask("RC9", 1), "60.0 %");
  const std::string kept = position_;
  source.AddReturn("RC9", "2024-03", 100, 10, 2);
  ASSERT_TRUE(source.SendTo(runner_.get()).ok());
  EXPECT_EQ(Ask("RC9", 1), "90.0 %");
  const std::string lost = position_;
  source.Restore(2);
  source.AddReturn("RC9", "2024-03", 100, 30, 2);
  EXPECT_EQ(ReasonOf(source.SendTo(runner_.get())), Reason::kEpochChanged);
  ASSERT_TRUE(runner_->StartAgain().ok());
  ASSERT_TRUE(source.SendTo(runner_.get()).ok());
  EXPECT_EQ(Ask("RC9", 1), "70.0 %");
  EXPECT_EQ(Ask("RC9", 1, kept), "60.0 %");
  EXPECT_EQ(Ask("RC9", 1, lost), "EPOCH_CHANGED");
}

TEST_F(RunnerTest, WhileTheServiceDrainsOwnFactsAreLookedForSeldom) {
  HashAtRest(0);
  gate_->Drain();
  committer_->WakeWaiters();
  clock_.WaitForMore(1);
  const auto before = std::chrono::steady_clock::now();
  clock_.WaitForMore(3);
  EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds(300));
}

TEST_F(RunnerTest, WaitingForWhatNeverComesEndsAtTheDeadline) {
  ReadWish wish;
  onereturn::Position at_least;
  at_least.Set("metrics", {1, 99});
  wish.at_least = at_least.ToString();
  wish.deadline = clock_.Now();
  const absl::Status status = gate_->Read(wish, [](MetricReader*) { return absl::OkStatus(); });
  EXPECT_EQ(ReasonOf(status), Reason::kNotCaughtUp);
  wish.at_least = "no position";
  EXPECT_EQ(ReasonOf(gate_->Read(wish, [](MetricReader*) { return absl::OkStatus(); })),
            Reason::kPositionInvalid);
}

}  // namespace
}  // namespace onereturn::metrics

// kill -9 of ingestion while data requests are drafted, matched, approved and issued among
// submissions: whatever was promised is there, and each issue is there whole, once, or not at all.
//
//   ONERETURN_KILLS=200 ONERETURN_SEED=7 request_kill_test --gtest_filter=RequestKillTest.*
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/status/testing/status_matchers.h"
#include "tests/crash/asking_client.h"
#include "tests/crash/calls.h"
#include "tests/crash/ingestion_crash.h"
#include "tests/crash/request_world.h"
#include "tests/crash/settings.h"

namespace onereturn {
namespace {

using ::testing::IsEmpty;

// Those of the first submitting client, whose returns come meanwhile.
constexpr int kAskedOfLoad = 10;
constexpr int kMonthsOfLoad = 6;

class RequestKillTest : public IngestionCrashTest {
 protected:
  void SetUp() override {
    IngestionCrashTest::SetUp();
    if (HasFatalFailure()) return;
    ASSERT_THAT(DefineRequesters(suite_->Channel(kSteward, kService)), IsOk());
  }

  // Each request as the service tells of it, against its facts and its obligations.
  void CheckIssues() {
    const auto reader = suite_->Channel(kAnalyst, kService);
    const auto stub = requests::v1::RequestsService::NewStub(reader);
    for (const std::string& name : asker_->drafted()) {
      requests::v1::GetRequestRequest get;
      get.set_name(name);
      const auto held = CallOnce(*stub, &requests::v1::RequestsService::Stub::GetRequest, get);
      ASSERT_THAT(held, IsOk()) << name;
      const bool issued = held->data_request().has_issue();
      const auto left = LeftOf(name, *audit_, reader);
      ASSERT_THAT(left, IsOk()) << name;
      EXPECT_EQ(*left, issued ? WholeOf(held->data_request().issue()) : IssueLeft()) << name;
      issued_held_ += issued ? 1 : 0;
    }
  }

  std::unique_ptr<AskingClient> asker_;
  uint64_t issued_held_ = 0;
};

TEST_F(RequestKillTest, EachIssueIsThereWholeOrNotAtAll) {
  const int kills = KillsFromEnvironment(4);
  std::printf("seed %llu, %d kills\n", static_cast<unsigned long long>(seed_), kills);
  asker_ = std::make_unique<AskingClient>(suite_.get(), world_.get(),
                                          MadeUpOrganisations(kAskedOfLoad), kMonthsOfLoad);
  world_->ServiceIsUp();
  StartClients();
  threads_.emplace_back([this] { asker_->Run(); });
  for (int kill = 0; kill < kills && !HasFatalFailure() && world_->violations().empty(); ++kill) {
    std::this_thread::sleep_for(std::chrono::microseconds(100'000 + random_() % 500'000));
    world_->ServiceIsDown();
    suite_->Kill9(kService);
    StartAgain();
    if (!HasFatalFailure()) CheckPromises();
  }
  // The last of them is given time to come through.
  world_->WaitForReceipts(20);
  StopClients();
  if (HasFatalFailure()) return;
  EXPECT_THAT(world_->violations(), IsEmpty());
  CheckPromises();
  CheckOracle();
  CheckIssues();
  EXPECT_GE(issued_held_, asker_->issued());
  EXPECT_GT(issued_held_, 0u);
  std::printf(
      "%d kills, seed %llu: %zu requests drafted, %llu issued, %llu ended; %llu of their outcomes "
      "unknown, %llu repeats replayed; %s\n",
      kills, static_cast<unsigned long long>(seed_), asker_->drafted().size(),
      static_cast<unsigned long long>(issued_held_),
      static_cast<unsigned long long>(asker_->ended()),
      static_cast<unsigned long long>(asker_->unknown()),
      static_cast<unsigned long long>(asker_->replayed()), Figures().c_str());
}

}  // namespace
}  // namespace onereturn

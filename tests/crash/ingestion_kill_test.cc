// kill -9 of the ingestion service while clients submit, many times, and what it promised held
// against what it has.
//
//   ONERETURN_KILLS=1000 ONERETURN_SEED=7 ingestion_kill_test --gtest_filter=IngestionKillTest.*
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <thread>

#include "common/status/testing/status_matchers.h"
#include "tests/crash/ingestion_crash.h"
#include "tests/crash/settings.h"

namespace onereturn {
namespace {

using ::testing::IsEmpty;

class IngestionKillTest : public IngestionCrashTest {
 protected:
  // At a moment of its own, sometimes again while the service reads its store.
  void KillAndRestart() {
    std::this_thread::sleep_for(std::chrono::microseconds(1'000 + random_() % 300'000));
    world_->ServiceIsDown();
    suite_->Kill9(kService);
    ++kills_;
    while (random_() % 4 == 0) {
      // Given a moment only, it is killed before it is ready.
      if (suite_->Start(kService, static_cast<int64_t>(random_() % 60)).ok())
        suite_->Kill9(kService);
      ++kills_;
      ++kills_at_start_;
    }
    StartAgain();
  }

  int kills_ = 0, kills_at_start_ = 0;
};

TEST_F(IngestionKillTest, NothingAcknowledgedIsLostAndNothingIsTakenTwice) {
  const int kills = KillsFromEnvironment(6);
  std::printf("seed %llu, %d kills\n", static_cast<unsigned long long>(seed_), kills);
  world_->ServiceIsUp();
  StartClients();
  while (kills_ < kills && !HasFatalFailure()) {
    KillAndRestart();
    if (!HasFatalFailure()) CheckPromises();
    if (kills_ % 50 == 0) {
      std::printf("%d kills, %zu entries\n", kills_, audit_->entries().size());
      std::fflush(stdout);
    }
    if (!world_->violations().empty()) break;
  }
  StopClients();
  if (HasFatalFailure()) return;
  CheckPromises();
  CheckOracle();
  EXPECT_THAT(world_->violations(), IsEmpty());
  EXPECT_GT(acknowledged_, 0u);
  std::printf("%d kills (%d before the service was ready), seed %llu: %s\n", kills_,
              kills_at_start_, static_cast<unsigned long long>(seed_), Figures().c_str());
}

}  // namespace
}  // namespace onereturn

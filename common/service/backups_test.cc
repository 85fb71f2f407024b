// Goal: copies are made when they are due or asked for, are kept as long as is said, and nobody who
// asks about them waits for one. Method: a service's store on disk, and a clock that can stand
// still.
#include "common/service/backups.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "common/base/testing/temporary_folder.h"
#include "common/commit/testing_committer.h"
#include "common/status/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A minute after the machine's time.
void AdvanceToAfterNow(FakeClock* clock) {
  clock->AdvanceSeconds((SystemClock().Now().micros - clock->Now().micros) / 1'000'000 + 60);
}

TEST(BackupsTest, NeedsAFolderForBackups) {
  const TemporaryFolder folder;
  TestService service(CommitterOptions(), folder.File("data"));
  Backups backups({folder.File("data"), ""}, &service.store(), &service.committer(),
                  &service.clock());
  EXPECT_THAT(backups.BackUp(), HasReason(Reason::kBackupFolder));
  EXPECT_THAT(backups.MakeCheckpoint(), IsOk());
}

// A clock whose next look waits until it is let go, while it is armed.
class StoppedClock final : public Clock {
 public:
  Timestamp Now() const override {
    if (armed_.exchange(false)) {
      reached_.set_value();
      go_on_.get_future().wait();
    }
    return kTestStart;
  }
  void Arm() { armed_ = true; }
  void WaitUntilReached() { reached_.get_future().wait(); }
  void Release() { go_on_.set_value(); }

 private:
  mutable std::atomic<bool> armed_{false};
  mutable std::promise<void> reached_;
  mutable std::promise<void> go_on_;
};

BackupRun FirstWhenOver(const Backups& backups) {
  while (!backups.Runs()[0].over()) std::this_thread::yield();
  return backups.Runs()[0];
}

// As long as another copy takes, whose clock stands still here.
TEST(BackupsTest, WhoAsksDoesNotWaitForACopy) {
  const TemporaryFolder folder;
  TestService service(CommitterOptions(), folder.File("data"));
  StoppedClock clock;
  Backups backups({folder.File("data"), folder.File("backups")}, &service.store(),
                  &service.committer(), &clock);
  clock.Arm();
  auto copying = std::async(std::launch::async, [&] { return backups.MakeCheckpoint(); });
  clock.WaitUntilReached();
  auto asking = std::async(std::launch::async, [&] {
    EXPECT_THAT(backups.List(), IsOk());
    const absl::StatusOr<BackupRun> run = backups.Begin();
    EXPECT_THAT(run, IsOk());
    // Whoever asks again is shown the same.
    const absl::StatusOr<BackupRun> again = backups.Begin();
    EXPECT_EQ(run->id, again->id);
    return backups.Runs();
  });
  EXPECT_EQ(asking.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  clock.Release();
  EXPECT_THAT(copying.get(), IsOk());
  const std::vector<BackupRun> runs = asking.get();
  ASSERT_THAT(runs, SizeIs(1));
  EXPECT_EQ(runs[0].state, BackupRun::State::kWaiting);
  const BackupRun run = FirstWhenOver(backups);
  EXPECT_EQ(run.id, runs[0].id);
  ASSERT_EQ(run.state, BackupRun::State::kMade) << run.failure;
  EXPECT_TRUE(run.copy.by_hand);
  EXPECT_EQ(backups.List().value().at(0).name, run.copy.name);
  // The next one is another.
  EXPECT_NE(backups.Begin().value().id, run.id);
}

// Neither the one that makes a copy, which may take hours, nor those that wait behind it.
TEST(BackupsTest, AStopWaitsForNoCopyAndNoneIsMadeAfterIt) {
  const TemporaryFolder folder;
  TestService service(CommitterOptions(), folder.File("data"));
  StoppedClock clock;
  Backups backups({folder.File("data"), folder.File("backups")}, &service.store(),
                  &service.committer(), &clock);
  clock.Arm();
  auto due = std::async(std::launch::async, [&] { backups.MakeDue(); });
  clock.WaitUntilReached();
  ASSERT_THAT(backups.Begin(), IsOk());
  auto waiting = std::async(std::launch::async, [&] { return backups.BackUp().status(); });
  backups.Stop();
  EXPECT_THAT(backups.Begin(), HasReason(Reason::kDraining));
  clock.Release();
  due.get();
  EXPECT_THAT(waiting.get(), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(FirstWhenOver(backups).state, BackupRun::State::kFailed);
  EXPECT_THAT(ListCopies(folder.File("none"), folder.File("backups")).value(), IsEmpty());
}

TEST(BackupsTest, ARunThatFailsSaysWhy) {
  const TemporaryFolder folder;
  TestService service(CommitterOptions(), folder.File("data"));
  std::ofstream(folder.File("backups")) << "no folder";
  Backups backups({folder.File("data"), folder.File("backups")}, &service.store(),
                  &service.committer(), &service.clock());
  ASSERT_THAT(backups.Begin(), IsOk());
  EXPECT_EQ(FirstWhenOver(backups).state, BackupRun::State::kFailed);
  EXPECT_FALSE(backups.Runs()[0].failure.ok());
}

TEST(BackupsTest, ThoseMadeByHandPushOutNoDailyOne) {
  const TemporaryFolder folder;
  TestService service(CommitterOptions(), folder.File("data"));
  Backups backups({folder.File("data"), folder.File("backups")}, &service.store(),
                  &service.committer(), &service.clock());
  const auto count = [&](bool by_hand) {
    const std::vector<HeldCopy> copies = backups.List().value();
    return std::count_if(copies.begin(), copies.end(), [by_hand](const HeldCopy& copy) {
      return copy.name.rfind("backup-", 0) == 0 && copy.by_hand == by_hand;
    });
  };
  backups.MakeDue();
  ASSERT_EQ(count(false), 1);
  for (uint32_t i = 0; i < kKeptBackups + 1; ++i) ASSERT_THAT(backups.BackUp(), IsOk());
  EXPECT_EQ(count(false), 1);
  EXPECT_EQ(count(true), kKeptBackupsByHand);
  // Nor do they stand for the day's. The engine notes a backup's time by the machine's clock.
  AdvanceToAfterNow(&service.clock());
  service.clock().AdvanceSeconds(24 * 3'600);
  backups.MakeDue();
  EXPECT_EQ(count(false), 2);
  EXPECT_EQ(count(true), kKeptBackupsByHand);
}

TEST(BackupsTest, WhatHasNoSealPushesOutNothingThatCanBeRestored) {
  const TemporaryFolder folder;
  TestService service(CommitterOptions(), folder.File("data"));
  Backups backups({folder.File("data"), folder.File("backups")}, &service.store(),
                  &service.committer(), &service.clock());
  for (uint32_t i = 0; i < kKeptBackupsByHand; ++i) ASSERT_THAT(backups.BackUp(), IsOk());
  for (const char* lost : {"5", "6"}) {
    ASSERT_TRUE(std::filesystem::remove(folder.File("backups") + "/seals/" + lost));
  }
  const auto names = [&] {
    std::vector<std::string> held;
    const std::vector<HeldCopy> copies = backups.List().value();
    for (const HeldCopy& copy : copies) held.push_back(copy.name);
    return held;
  };
  ASSERT_THAT(backups.BackUp(), IsOk());
  EXPECT_THAT(names(), ElementsAre("backup-1", "backup-2", "backup-3", "backup-4", "backup-7"));
  ASSERT_THAT(backups.BackUp(), IsOk());
  ASSERT_THAT(backups.BackUp(), IsOk());
  EXPECT_THAT(names(),
              ElementsAre("backup-2", "backup-3", "backup-4", "backup-7", "backup-8", "backup-9"));
}

TEST(BackupsTest, MakesWhatIsDueAndKeepsADay) {
  const TemporaryFolder folder;
  TestService service(CommitterOptions(), folder.File("data"));
  Backups backups({folder.File("data"), folder.File("backups")}, &service.store(),
                  &service.committer(), &service.clock());
  const auto names = [&] {
    std::vector<std::string> held;
    const std::vector<HeldCopy> copies = backups.List().value();
    for (const HeldCopy& copy : copies) held.push_back(copy.name);
    return held;
  };
  // The engine notes a backup's time by the machine's clock.
  AdvanceToAfterNow(&service.clock());
  backups.MakeDue();
  EXPECT_THAT(names(), SizeIs(2)) << "a backup and a checkpoint";
  backups.MakeDue();
  EXPECT_THAT(names(), SizeIs(2)) << "nothing is due yet";
  for (size_t hour = 0; hour < 30; ++hour) {
    service.clock().AdvanceSeconds(3'600);
    backups.MakeDue();
  }
  const std::vector<std::string> held = names();
  EXPECT_EQ(
      std::count_if(held.begin(), held.end(),
                    [](const std::string& name) { return name.rfind("checkpoint-", 0) == 0; }),
      static_cast<int>(kKeptCheckpoints));
}

TEST(BackupsTest, ACopyFromWhenTheClockWasAheadStandsForNone) {
  const TemporaryFolder folder;
  TestService service(CommitterOptions(), folder.File("data"));
  Backups backups({folder.File("data"), folder.File("backups")}, &service.store(),
                  &service.committer(), &service.clock());
  const auto count = [&](const std::string& prefix) {
    const std::vector<HeldCopy> copies = backups.List().value();
    return std::count_if(copies.begin(), copies.end(),
                         [&](const HeldCopy& copy) { return copy.name.rfind(prefix, 0) == 0; });
  };
  // A backup's time is the machine's, which is ahead of the service's clock here.
  ASSERT_LT(service.clock().Now(), SystemClock().Now());
  constexpr int64_t kYear = int64_t{365} * 24 * 3'600;
  service.clock().AdvanceSeconds(kYear);
  for (size_t i = 0; i < kKeptCheckpoints; ++i) {
    service.clock().AdvanceSeconds(1);
    ASSERT_THAT(backups.MakeCheckpoint(), IsOk());
  }
  service.clock().AdvanceSeconds(-kYear);
  ASSERT_EQ(count("backup-"), 0);
  backups.MakeDue();
  EXPECT_EQ(count("backup-"), 1);
  const std::string now = "checkpoint-2025";
  EXPECT_EQ(count(now), 1) << "and it is not the one that is dropped";
  EXPECT_EQ(count("checkpoint-"), static_cast<int>(kKeptCheckpoints));
  backups.MakeDue();
  EXPECT_EQ(count("backup-"), 2) << "the first is still ahead";
  EXPECT_EQ(count(now), 1) << "not an hour old";
}

TEST(BackupsTest, WhatAnEarlierProcessDidNotVerifyIsVerifiedAndCounts) {
  const TemporaryFolder folder;
  TestService service(CommitterOptions(), folder.File("data"));
  AdvanceToAfterNow(&service.clock());
  const Backups::Folders folders{folder.File("data"), folder.File("backups")};
  {
    Backups backups(folders, &service.store(), &service.committer(), &service.clock());
    backups.MakeDue();
    ASSERT_THAT(backups.List().value(), SizeIs(2));
  }
  // As a process leaves it that ends while it verifies its first backup.
  std::ofstream(folder.File("backups") + "/unverified") << "0\n";
  Backups backups(folders, &service.store(), &service.committer(), &service.clock());
  ASSERT_THAT(backups.List().value(), SizeIs(1)) << "the checkpoint alone";
  backups.MakeDue();
  EXPECT_THAT(backups.List().value(), SizeIs(2)) << "it is the day's, so no other is made";
}

TEST(BackupsTest, AnUnfinishedCheckpointIsRemovedByTheNext) {
  const TemporaryFolder folder;
  TestService service(CommitterOptions(), folder.File("data"));
  Backups backups({folder.File("data"), ""}, &service.store(), &service.committer(),
                  &service.clock());
  const std::string left =
      CheckpointFolder(folder.File("data")) + "/checkpoint-20250101T000000Z/store";
  std::filesystem::create_directories(left);
  ASSERT_THAT(backups.MakeCheckpoint(), IsOk());
  EXPECT_FALSE(std::filesystem::exists(left));
  EXPECT_THAT(backups.List().value(), SizeIs(1));
}

}  // namespace
}  // namespace onereturn

// Goal: writes are refused in time, and taken again by themselves; the ballast goes and comes back.
// Method: a measure of the test's own.
#include "common/storage/space_watch.h"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <future>

#include "common/base/testing/temporary_folder.h"
#include "common/storage/testing/disk_faults.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace onereturn {
namespace {

constexpr uint64_t kGibibyte = uint64_t{1} << 30;
constexpr uint64_t kBallast = 2 * kMebibyte;

class SpaceWatchTest : public ::testing::Test {
 protected:
  bool HasBallast() const {
    std::error_code error;
    return std::filesystem::file_size(folder_.File(kBallastName), error) == kBallast;
  }

  const TemporaryFolder folder_;
  absl::StatusOr<DiskSpace> space_ = DiskSpace{50 * kMebibyte, 100 * kMebibyte};
  SpaceWatch watch_{folder_.File(""), [this] { return space_; }, kBallast};
};

// A tenth of a small disk, a gibibyte of a large one.
TEST(DiskSpaceTest, Marks) {
  EXPECT_EQ(LowSpaceMark({0, 100 * kMebibyte}), 10 * kMebibyte);
  EXPECT_EQ(LowSpaceMark({0, 10 * kGibibyte}), kGibibyte);
  EXPECT_EQ(LowSpaceMark({0, 2'000 * kGibibyte}), kGibibyte);
  EXPECT_EQ(EnoughSpaceMark({0, 2'000 * kGibibyte}), kGibibyte + kGibibyte / 4);
}

TEST_F(SpaceWatchTest, RefusesBelowTheMarkUntilThereIsEnoughForTheBallastToo) {
  EXPECT_TRUE(watch_.Check().ok());
  EXPECT_TRUE(HasBallast());
  space_->free_bytes = 10 * kMebibyte;
  EXPECT_TRUE(watch_.Check().ok());
  space_->free_bytes = 10 * kMebibyte - 1;
  EXPECT_EQ(watch_.Check().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_FALSE(HasBallast());
  EXPECT_TRUE(watch_.State().writes_refused);
  EXPECT_EQ(watch_.State().free_bytes, 10 * kMebibyte - 1);
  // More than the low mark, and less than enough.
  space_->free_bytes = 14 * kMebibyte;
  EXPECT_EQ(watch_.Check().code(), absl::StatusCode::kResourceExhausted);
  space_->free_bytes = 12 * kMebibyte + kMebibyte / 2 + kBallast;
  EXPECT_TRUE(watch_.Check().ok());
  EXPECT_TRUE(HasBallast());
  EXPECT_FALSE(watch_.State().writes_refused);
}

TEST_F(SpaceWatchTest, WhatTheEngineMetCountsMoreThanTheMeasure) {
  EXPECT_TRUE(watch_.Check().ok());
  space_->free_bytes = 11 * kMebibyte;  // Above the mark: the engine met a quota, or a burst.
  watch_.NoteFull();
  EXPECT_FALSE(HasBallast());
  EXPECT_EQ(watch_.Check().code(), absl::StatusCode::kResourceExhausted);
  space_->free_bytes = 50 * kMebibyte;
  EXPECT_TRUE(watch_.Check().ok());
}

TEST_F(SpaceWatchTest, MakesRoomBeforeTheStoreIsOpened) {
  EXPECT_FALSE(watch_.MakeRoom());
  EXPECT_FALSE(HasBallast());  // There may be no store at all.
  EXPECT_TRUE(watch_.Check().ok());
  EXPECT_TRUE(HasBallast());
  space_->free_bytes = 0;
  EXPECT_TRUE(watch_.MakeRoom());
  EXPECT_FALSE(HasBallast());
  EXPECT_FALSE(watch_.MakeRoom());
}

// A restart must not come to another verdict because the ballast has made room meanwhile.
TEST_F(SpaceWatchTest, ANewProcessJudgesAsTheOneBefore) {
  space_->free_bytes = 10 * kMebibyte - 1 + kBallast;  // There is no ballast yet.
  EXPECT_EQ(watch_.Check().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_FALSE(HasBallast());
  SpaceWatch roomier(
      folder_.File(""),
      [] {
        return DiskSpace{12 * kMebibyte, 100 * kMebibyte};
      },
      kBallast);
  EXPECT_TRUE(roomier.Check().ok());
  EXPECT_TRUE(HasBallast());
}

TEST_F(SpaceWatchTest, ADiskThatCannotBeMeasuredIsNoReasonToRefuse) {
  space_ = absl::UnavailableError("no");
  EXPECT_TRUE(watch_.Check().ok());
  watch_.NoteFull();
  EXPECT_FALSE(watch_.Check().ok());
}

// A disk, or a log, that stalls one thread stalls no other.
TEST_F(SpaceWatchTest, NobodyWaitsForAnothersMeasure) {
  std::promise<void> begun;
  std::promise<void> stalled;
  std::atomic<bool> stalls{false};
  SpaceWatch watch(
      folder_.File(""),
      [&]() -> absl::StatusOr<DiskSpace> {
        if (stalls.exchange(false)) {
          begun.set_value();
          stalled.get_future().wait();
        }
        return space_;
      },
      kBallast);
  EXPECT_TRUE(watch.Check().ok());
  stalls = true;
  auto first = std::async(std::launch::async, [&] { return watch.Check(); });
  begun.get_future().wait();
  auto second = std::async(std::launch::async, [&] { return watch.Check(); });
  EXPECT_EQ(second.wait_for(std::chrono::seconds(10)), std::future_status::ready);
  stalled.set_value();
  EXPECT_TRUE(first.get().ok());
  EXPECT_TRUE(second.get().ok());
}

TEST(MeasureDiskSpaceTest, OfARealDisk) {
  const TemporaryFolder folder;
  const absl::StatusOr<DiskSpace> space = MeasureDiskSpace(folder.File(""));
  ASSERT_TRUE(space.ok()) << space.status();
  EXPECT_GT(space->total_bytes, kMebibyte);
  EXPECT_LE(space->free_bytes, space->total_bytes);
  EXPECT_FALSE(MeasureDiskSpace(folder.File("missing")).ok());
}

}  // namespace
}  // namespace onereturn

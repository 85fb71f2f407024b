// Goal: whoever watches a file is told of its end, whenever it asks: before, while and after it is
// taken.
// Method: the orders in which a run and a watch can meet, one after the other, each in one thread
// where it is about order and in two where it is about waking.
#include "services/ingestion/app/files/file_progress.h"

#include <gtest/gtest.h>

#include <future>

#include "absl/strings/str_cat.h"

namespace onereturn::ingestion {
namespace {

using std::chrono::hours;

const OwnedUpload kFile{"RLQ", "abc"};

TEST(FileProgressTest, AFileThatNobodyTakesHasNoRun) {
  FileProgress progress;
  EXPECT_EQ(progress.Find(kFile), nullptr);
  progress.WaitForOne(kFile, std::chrono::milliseconds(0));
  EXPECT_EQ(progress.Find(kFile), nullptr);
}

// The run is over before the watch looks for it.
TEST(FileProgressTest, WhoAsksAfterTheEndIsToldOfIt) {
  FileProgress progress;
  {
    const auto run = progress.Begin(kFile);
    run->Begin(FileStage::kJudging, 10, 0);
    run->Read(10);
  }
  progress.WaitForOne(kFile, hours(1));  // Does not wait.
  const auto found = progress.Find(kFile);
  ASSERT_NE(found, nullptr);
  found->WaitForEnd(hours(1));
  EXPECT_EQ(found->state().stage, FileStage::kEnded);
  EXPECT_EQ(found->state().read_bytes, 10u);
}

// It is found while it runs, and ends before the watch waits for its end.
TEST(FileProgressTest, WhoFoundItIsToldOfAnEndThatCameBeforeTheWait) {
  FileProgress progress;
  auto run = progress.Begin(kFile);
  const auto found = progress.Find(kFile);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->state().stage, FileStage::kWaiting);
  run.reset();
  found->WaitForEnd(hours(1));
  EXPECT_EQ(found->state().stage, FileStage::kEnded);
}

// The watch waits; run and end come while it does, in whatever order its thread is woken.
TEST(FileProgressTest, WhoWaitsIsWokenByARunHoweverShort) {
  FileProgress progress;
  std::promise<void> asked;
  std::future<FileStage> told = std::async(std::launch::async, [&] {
    EXPECT_EQ(progress.Find(kFile), nullptr);
    asked.set_value();
    progress.WaitForOne(kFile, hours(1));
    const auto found = progress.Find(kFile);
    found->WaitForEnd(hours(1));
    return found->state().stage;
  });
  asked.get_future().wait();
  progress.Begin(kFile).reset();
  EXPECT_EQ(told.get(), FileStage::kEnded);
}

TEST(FileProgressTest, TheNewestRunIsWatched) {
  FileProgress progress;
  progress.Begin(kFile).reset();
  auto second = progress.Begin(kFile);
  auto third = progress.Begin(kFile);
  third->Begin(FileStage::kStoring, 10, 3);
  second.reset();  // An end of an earlier one is none of the newest.
  EXPECT_EQ(progress.Find(kFile)->state().stage, FileStage::kStoring);
  third.reset();
  EXPECT_EQ(progress.Find(kFile)->state().stage, FileStage::kEnded);
}

// A call that finds the queue full leaves what is watched as it was.
TEST(FileProgressTest, WhatIsNotTakenOnEndsNobodysWatch) {
  FileProgress progress;
  const auto refuse = [](const FileProgress::RunToCome&) { return false; };
  EXPECT_FALSE(progress.BeginTaken(kFile, refuse));
  EXPECT_EQ(progress.Find(kFile), nullptr);
  const auto earlier = progress.Begin(kFile);
  earlier->Begin(FileStage::kStoring, 10, 3);
  EXPECT_FALSE(progress.BeginTaken(kFile, refuse));
  EXPECT_EQ(progress.Find(kFile)->state().stage, FileStage::kStoring);
}

TEST(FileProgressTest, WhatIsTakenOnIsWatchedFromThenOnUntilItsWorkEnds) {
  FileProgress progress;
  progress.Begin(kFile).reset();
  FileProgress::RunToCome kept;
  EXPECT_TRUE(progress.BeginTaken(kFile, [&](const FileProgress::RunToCome& run) {
    kept = run;
    return true;
  }));
  EXPECT_EQ(progress.Find(kFile)->state().stage, FileStage::kWaiting);
  kept.get()->Begin(FileStage::kJudging, 10, 0);
  EXPECT_EQ(progress.Find(kFile)->state().stage, FileStage::kJudging);
  kept = {};
  EXPECT_EQ(progress.Find(kFile)->state().stage, FileStage::kEnded);
}

TEST(FileProgressTest, AnothersRunOfTheSameNameIsNotWatched) {
  FileProgress progress;
  auto others = progress.Begin({"RVW", kFile.upload});
  EXPECT_EQ(progress.Find(kFile), nullptr);
}

// Memory is bounded; what runs is never forgotten.
TEST(FileProgressTest, TheLastEndsAreRemembered) {
  FileProgress progress;
  const auto running = progress.Begin({"RLQ", "running"});
  progress.Begin(kFile).reset();
  auto again = progress.Begin(kFile);
  for (size_t i = 0; i < FileProgress::kMostEnded; ++i) {
    progress.Begin({"RLQ", absl::StrCat("upload", i)}).reset();
  }
  EXPECT_NE(progress.Find({"RLQ", "running"}), nullptr);
  EXPECT_EQ(progress.Find(kFile)->state().stage, FileStage::kWaiting) << "its second run";
  EXPECT_NE(progress.Find({"RLQ", "upload0"}), nullptr);
  again.reset();
  EXPECT_EQ(progress.Find({"RLQ", "upload0"}), nullptr);
  EXPECT_NE(progress.Find({"RLQ", "upload1"}), nullptr);
}

}  // namespace
}  // namespace onereturn::ingestion

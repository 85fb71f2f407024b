#include "common/base/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

namespace onereturn {
namespace {

TEST(BoundedPoolTest, RunsWhatItAcceptedBeforeShutdownReturns) {
  std::atomic<int> runs = 0;
  BoundedPool pool(/*threads=*/3, /*queue_limit=*/100);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(pool.TrySubmit([&runs] { ++runs; }));
  pool.Shutdown();
  EXPECT_EQ(runs, 100);
  EXPECT_FALSE(pool.TrySubmit([&runs] { ++runs; }));
  pool.Shutdown();
  EXPECT_EQ(runs, 100);
}

TEST(BoundedPoolTest, RefusesWhenAsManyWaitAsMay) {
  std::latch begun(1), go(1);
  std::atomic<int> runs = 0;
  {
    BoundedPool pool(/*threads=*/1, /*queue_limit=*/2);
    ASSERT_TRUE(pool.TrySubmit([&] {
      begun.count_down();
      go.wait();
      ++runs;
    }));
    begun.wait();  // The one thread is busy; from here on work waits.
    EXPECT_TRUE(pool.TrySubmit([&runs] { ++runs; }));
    EXPECT_TRUE(pool.TrySubmit([&runs] { ++runs; }));
    EXPECT_EQ(pool.queued(), 2u);
    EXPECT_FALSE(pool.TrySubmit([&runs] { ++runs; }));
    go.count_down();
  }  // The destructor drains.
  EXPECT_EQ(runs, 3);
}

TEST(BoundedPoolTest, UsesAllItsThreads) {
  constexpr int kThreads = 4;
  std::latch all_begun(kThreads);
  BoundedPool pool(kThreads, kThreads);
  for (int i = 0; i < kThreads; ++i) {
    // Nobody gets on before four threads have come here.
    ASSERT_TRUE(pool.TrySubmit([&all_begun] { all_begun.arrive_and_wait(); }));
  }
  all_begun.wait();
}

TEST(BoundedPoolTest, LosesNothingUnderManySubmitters) {
  std::atomic<int> accepted = 0, runs = 0;
  {
    BoundedPool pool(/*threads=*/2, /*queue_limit=*/8);
    std::vector<std::thread> submitters;
    for (int i = 0; i < 4; ++i) {
      submitters.emplace_back([&] {
        for (int j = 0; j < 2'000; ++j) {
          if (pool.TrySubmit([&runs] { ++runs; })) ++accepted;
        }
      });
    }
    for (std::thread& submitter : submitters) submitter.join();
  }
  EXPECT_EQ(runs, accepted);
  EXPECT_GT(runs, 0);
}

TEST(BoundedPoolDeathTest, RefusesToBeUseless) {
  EXPECT_DEATH(BoundedPool(0, 1), "threads > 0");
  EXPECT_DEATH(BoundedPool(1, 0), "queue_limit > 0");
}

}  // namespace
}  // namespace onereturn

#include "common/service/periodic_work.h"

#include <gtest/gtest.h>

#include <future>

namespace onereturn {
namespace {

TEST(PeriodicWorkTest, WorksAtOnceAndAgain) {
  std::promise<void> third;
  int times = 0;
  const PeriodicWork work(absl::Milliseconds(1), [&] {
    if (++times == 3) third.set_value();
  });
  third.get_future().wait();  // A hang here is the failure: the test's time limit tells.
}

TEST(PeriodicWorkTest, EndsWithoutWaitingForTheNextTime) {
  std::promise<void> first;
  int times = 0;
  {
    const PeriodicWork work(absl::Hours(1), [&] {
      if (++times == 1) first.set_value();
    });
    first.get_future().wait();
  }
  EXPECT_EQ(times, 1);
}

}  // namespace
}  // namespace onereturn

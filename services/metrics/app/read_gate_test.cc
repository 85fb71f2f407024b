#include "services/metrics/app/read_gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/status/error.h"
#include "common/status/testing/status_matchers.h"
#include "services/metrics/domain/testing/memory_tables.h"

namespace onereturn::metrics {
namespace {

constexpr int kPlaces = 16;

class ReadGateTest : public ::testing::Test {
 protected:
  // A read that must include what has not come; it waits for so long.
  absl::Status ReadAhead(int64_t micros) {
    ReadWish wish;
    wish.at_least = PositionText({{1, 1'000'000}, {1, 0}});
    wish.caller = "somebody";
    wish.deadline = Timestamp{clock_.Now().micros + micros};
    return gate_.Read(wish, [](MetricReader*) { return absl::OkStatus(); });
  }

  const SystemClock clock_;
  const MemoryTables tables_;
  std::atomic<int> free_{kPlaces};
  ReadGate gate_{&tables_, &clock_,
                 [this](const std::string& caller) -> absl::StatusOr<std::shared_ptr<void>> {
                   EXPECT_EQ(caller, "somebody");
                   if (free_.fetch_sub(1) <= 0) {
                     ++free_;
                     return Error(Reason::kCallQuota, "too many wait").RetryAfter(absl::Seconds(1));
                   }
                   return std::shared_ptr<void>(nullptr, [this](void*) { ++free_; });
                 }};
};

TEST_F(ReadGateTest, WaitsNoLongerThanTheDeadline) {
  EXPECT_THAT(ReadAhead(0), HasReason(Reason::kNotCaughtUp));
  EXPECT_THAT(ReadAhead(1'000), HasReason(Reason::kNotCaughtUp));
}

TEST_F(ReadGateTest, FewWaitAtOnceAndOthersAreStillAnswered) {
  std::vector<std::thread> waiting;
  for (int i = 0; i < kPlaces; ++i) {
    waiting.emplace_back([this] {
      absl::Status status = ReadAhead(3'600'000'000);
      // The look below may have had the last place.
      while (ReasonOf(status) == Reason::kCallQuota) status = ReadAhead(3'600'000'000);
      EXPECT_THAT(status, HasReason(Reason::kNotCaughtUp));
    });
  }
  absl::Status one_more = ReadAhead(0);
  while (ReasonOf(one_more) != Reason::kCallQuota) one_more = ReadAhead(0);
  EXPECT_EQ(DetailsOf(one_more)->retry_after, absl::Seconds(1));

  EXPECT_THAT(gate_.Read({}, [](MetricReader*) { return absl::OkStatus(); }), IsOk());

  gate_.Drain();
  for (std::thread& thread : waiting) thread.join();
  // Their places are free again.
  EXPECT_THAT(ReadAhead(0), HasReason(Reason::kNotCaughtUp));
}

}  // namespace
}  // namespace onereturn::metrics
